#include "agent/runtimes/runtimes.h"

#include <algorithm>
#include <set>

#include "agent/runtimes/family.h"
#include "agent/runtimes/go.h"
#include "agent/runtimes/jar_file.h"
#include "agent/runtimes/jvm.h"
#include "agent/runtimes/native.h"
#include "agent/runtimes/python.h"
#include "agent/runtimes/ruby.h"
#include "agent/runtimes/v8.h"

namespace sockwarden {
namespace {

std::vector<std::string_view> telling_symbols() {
  auto names = V8Runtime::symbols();
  const auto python = PythonRuntime::symbols(), family = family_symbols();
  names.insert(names.end(), python.begin(), python.end());
  names.insert(names.end(), family.begin(), family.end());
  return names;
}

}  // namespace

Runtimes::Runtimes() : objects_(telling_symbols()) {}

std::unique_ptr<Runtime> Runtimes::recognise(ProcessView& process) {
  if (process.failure() != ViewFailure::none) return std::make_unique<NativeRuntime>();
  if (auto go = go_.get(process.executable(), read_go_binary)) {
    return std::make_unique<GoRuntime>(process, std::move(go), go_locks_);
  }
  bool python = false, jvm = false, ruby = false;
  for (const auto& path : process.files().with_code()) {
    const auto object = objects_.get(path);
    if (!object) continue;
    if (V8Runtime::is_in(*object)) return std::make_unique<V8Runtime>(process, objects_);
    python = python || PythonRuntime::is_in(*object);
    jvm = jvm || JvmRuntime::is_in(*object);
    ruby = ruby || RubyRuntime::is_in(*object);
  }
  if (jvm) return std::make_unique<JvmRuntime>();
  if (ruby) return std::make_unique<RubyRuntime>();
  if (python) return std::make_unique<PythonRuntime>(process, objects_);
  return std::make_unique<NativeRuntime>();
}

ProgramFamily Runtimes::family(const ProcessView& process) {
  if (process.failure() == ViewFailure::gone) return {};
  std::set<std::string_view> exported;
  bool read = false;
  for (const auto& path : process.files().with_code()) {
    const auto object = objects_.get(path);
    if (!object) continue;
    read = true;
    for (const std::string_view symbol : family_symbols())
      if (object->exports(symbol)) exported.insert(symbol);
  }
  if (!read) return {};
  ProgramFamily family = family_of(exported);
  if (go_.get(process.executable(), read_go_binary)) family.language = "go";
  if (family.language == "java") {
    const auto has_driver = [](const OwnedFd& file) {
      return std::optional(jar_holds(file, "org/postgresql/Driver.class"));
    };
    const auto archives = process.open_files(".jar");
    if (std::any_of(archives.begin(), archives.end(), [&](const TargetPath& path) {
          const auto driver = drivers_.get(path, has_driver);
          return driver && *driver;
        }))
      family.libraries.insert("pgjdbc");
  }
  return family;
}

}  // namespace sockwarden
