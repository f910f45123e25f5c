// ELF files as any user may have them mapped: what they export, and what they tell of Go. Input: the file.
//
// Built with: agent/objects/die_names.cpp
// Built with: agent/objects/object_image.cpp agent/objects/split_debug.cpp agent/runtimes/object_file.cpp
// Built with: agent/runtimes/go_elf.cpp agent/runtimes/go_binary.cpp agent/runtimes/go_module.cpp
// Built with: agent/proc/file_text.cpp -lelf -ldw
// Longest: 8192
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "agent/runtimes/go_binary.h"
#include "agent/runtimes/object_file.h"

namespace {

sockwarden::OwnedFd file_of(const std::uint8_t* data, std::size_t size) {
  sockwarden::OwnedFd file(memfd_create("object", MFD_CLOEXEC));
  if (write(file.get(), data, size) != static_cast<ssize_t>(size)) __builtin_trap();
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto object = sockwarden::ObjectFile::read(file_of(data, size), {"Py_Main", "JNI_CreateJavaVM"});
  for (std::uint64_t offset = 0; object && offset < size; offset += 64) static_cast<void>(object->address_of(offset));
  static_cast<void>(sockwarden::read_go_binary(file_of(data, size)));
  return 0;
}
