# Writes page_files.cpp from agent/publish/page: the files of the page, as they are, each with its ETag.
file(GLOB page_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/agent/publish/page/*)
set(files "")
foreach(page_file ${page_files})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_file})
  cmake_path(GET page_file FILENAME name)
  file(SHA256 ${page_file} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  file(READ ${page_file} text)
  # A literal has 64 KiB at the most by the standard's advice: adjacent ones are joined.
  string(LENGTH "${text}" left)
  set(literals "")
  set(at 0)
  while(at LESS left)
    string(SUBSTRING "${text}" ${at} 16000 part)
    string(APPEND literals "R\"page(${part})page\"\n")
    math(EXPR at "${at} + 16000")
  endwhile()
  string(APPEND files "      {\"${name}\", \"W/\\\"${hash}\\\"\",\n${literals}},\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/page_files.cpp @ONLY CONTENT
"#include \"agent/publish/page.h\"

namespace sockwarden {

const std::vector<PageFile>& page_files() {
  static const std::vector<PageFile> all{
@files@  };
  return all;
}

}  // namespace sockwarden
")
