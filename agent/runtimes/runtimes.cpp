#include "agent/runtimes/runtimes.h"

#include "agent/runtimes/go.h"
#include "agent/runtimes/jvm.h"
#include "agent/runtimes/native.h"
#include "agent/runtimes/python.h"
#include "agent/runtimes/v8.h"

namespace sockwarden {
namespace {

std::vector<std::string_view> telling_symbols() {
  auto names = V8Runtime::symbols();
  names.insert(names.end(), {PythonRuntime::symbol, JvmRuntime::symbol});
  return names;
}

}  // namespace

Runtimes::Runtimes() : objects_(telling_symbols()) {}

std::unique_ptr<Runtime> Runtimes::recognise(ProcessView& process) {
  if (process.failure() != ViewFailure::none) return std::make_unique<NativeRuntime>();
  if (auto go = go_.get(process.executable(), read_go_binary)) {
    return std::make_unique<GoRuntime>(process, std::move(go));
  }
  bool python = false, jvm = false;
  for (const auto& path : process.files_with_code()) {
    const auto object = objects_.get(path);
    if (!object) continue;
    if (V8Runtime::is_in(*object)) return std::make_unique<V8Runtime>(process, objects_);
    python = python || PythonRuntime::is_in(*object);
    jvm = jvm || JvmRuntime::is_in(*object);
  }
  if (jvm) return std::make_unique<JvmRuntime>();
  if (python) return std::make_unique<PythonRuntime>();
  return std::make_unique<NativeRuntime>();
}

}  // namespace sockwarden
