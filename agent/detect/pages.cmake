# Writes pages.cpp from the page of each class of agent/detect/classes.json: each a raw string.
set(pages "")
foreach(class_name ${finding_class_names})
  set(page_file ${PROJECT_SOURCE_DIR}/agent/detect/${class_name}.md)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_file})
  file(READ ${page_file} text)
  string(APPEND pages "      {\"${class_name}\", R\"page(${text})page\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pages.cpp @ONLY CONTENT
"#include \"agent/detect/pages.h\"

namespace sockwarden {

const std::vector<Page>& pages() {
  static const std::vector<Page> all{
@pages@  };
  return all;
}

}  // namespace sockwarden
")
