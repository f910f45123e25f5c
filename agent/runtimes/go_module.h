// Where a Go program keeps what its runtime knows of it: code, names and variables. Found without symbols and DWARF, in
// the executable's sections (src/runtime/symtab.go: moduledata).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sockwarden {

struct GoModule {
  int minor = 0;              ///< of the release: 19 = go1.19
  std::uint64_t names = 0;    ///< address of .gopclntab: the functions, their files and lines
  std::uint64_t inlines = 0;  ///< of the trees of inlined calls ("gofunc")
  std::uint64_t text = 0, text_end = 0;
  std::uint64_t noptrdata = 0, noptrdata_end = 0;
  std::uint64_t data = 0, data_end = 0;
  std::uint64_t bss = 0, bss_end = 0;
};

/// The first words of .gopclntab; nothing where they are not those of 1.18 or later.
[[nodiscard]] std::optional<std::uint64_t> offset_of_names(std::string_view header);

/// `section`: a section of data that may hold the module's. Nothing where none in it points to `names` and to where its
/// text of names begins.
[[nodiscard]] std::optional<GoModule> find_module(std::string_view section, std::uint64_t names,
                                                  std::uint64_t name_text, int minor);

/// 19 of "go1.19.8"; 0 where it cannot be told.
[[nodiscard]] int minor_of(std::string_view release);

}  // namespace sockwarden
