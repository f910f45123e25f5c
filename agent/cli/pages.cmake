# Writes pages.cpp from agent/detect/*.md: each page a raw string.
file(GLOB page_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/agent/detect/*.md)
list(SORT page_files)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_files})
set(pages "")
foreach(page_file ${page_files})
  get_filename_component(class_name ${page_file} NAME_WE)
  file(READ ${page_file} text)
  string(APPEND pages "      {\"${class_name}\", R\"page(${text})page\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pages.cpp @ONLY CONTENT
"#include \"agent/cli/pages.h\"

namespace sockwarden {

const std::vector<Page>& pages() {
  static const std::vector<Page> all{
@pages@  };
  return all;
}

}  // namespace sockwarden
")
