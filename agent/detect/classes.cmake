# Writes detectors.h and finding_classes.cpp from classes.json, and sets finding_class_names. A detector's name follows
# from its class: `pool-churn` has pool_churn() in pool_churn.cpp, and the page pool-churn.md. One that asks for evidence of
# processes, `missing-timeout`, has missing_timeout_suspects() and judge_missing_timeout().
set(classes_file ${PROJECT_SOURCE_DIR}/agent/detect/classes.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${classes_file})
file(READ ${classes_file} classes)

# The value of a key of a class, or the default where the line does not have it.
function(class_value result class key default)
  string(JSON value ERROR_VARIABLE missing GET "${class}" ${key})
  if(missing)
    set(value "${default}")
  endif()
  set(${result} "${value}" PARENT_SCOPE)
endfunction()

# `{"a": 1, "b": 2}` → a;b
function(keys_of result object)
  set(keys "")
  string(JSON count LENGTH "${object}")
  if(count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON key MEMBER "${object}" ${index})
      list(APPEND keys ${key})
    endforeach()
  endif()
  set(${result} "${keys}" PARENT_SCOPE)
endfunction()

# `{"fd-leak/socket": "half"}` → {"fd-leak", "socket", Takes::half}
function(supersessions result object)
  set(rows "")
  keys_of(keys "${object}")
  foreach(key ${keys})
    string(JSON extent GET "${object}" ${key})
    string(REGEX MATCH "^([^/]*)/?(.*)$" ignored ${key})
    string(APPEND rows "{\"${CMAKE_MATCH_1}\", \"${CMAKE_MATCH_2}\", Takes::${extent}}, ")
  endforeach()
  set(${result} "${rows}" PARENT_SCOPE)
endfunction()

set(declarations "")
set(rows "")
set(finding_class_names "")
string(JSON class_count LENGTH "${classes}")
math(EXPR last_class "${class_count} - 1")
foreach(index RANGE ${last_class})
  string(JSON class GET "${classes}" ${index})
  string(JSON name GET "${class}" class)
  string(JSON title GET "${class}" title)
  string(JSON severity GET "${class}" severity)
  class_value(qualifier "${class}" qualifier "")
  class_value(subject "${class}" subject endpoint)
  class_value(superseded "${class}" supersedes "{}")
  keys_of(severities "${severity}")
  list(TRANSFORM severities PREPEND "Severity::")
  list(JOIN severities ", " severities)
  supersessions(superseded "${superseded}")
  string(REPLACE "-" "_" detector ${name})
  class_value(asks "${class}" asks FALSE)
  if(asks)
    string(APPEND declarations
      "[[nodiscard]] Suspects ${detector}_suspects(const DetectionContext& context);\n"
      "[[nodiscard]] DetectorResult judge_${detector}(const DetectionContext& context, const Suspects& suspects,\n"
      "    const Answers& answers);\n")
    set(detector "{${detector}_suspects, judge_${detector}}")
  else()
    string(APPEND declarations "[[nodiscard]] DetectorResult ${detector}(const DetectionContext& context);\n")
  endif()
  string(APPEND rows "      {\"${name}\", \"${qualifier}\", \"${title}\", ClassSubject::${subject},\n"
                     "       ${detector}, {${severities}}, {${superseded}}},\n")
  list(APPEND finding_class_names ${name})
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/agent/detect/detectors.h @ONLY CONTENT
"// Every detector there is. Made from agent/detect/classes.json.
#pragma once

#include \"agent/detect/detection_context.h\"

namespace sockwarden {

@declarations@
}  // namespace sockwarden
")
list(JOIN finding_class_names "\", \"" quoted_names)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/names/agent/config/finding_class_names.h @ONLY CONTENT
"// The names alone, for those below the detectors. Made from agent/detect/classes.json.
#pragma once

namespace sockwarden {

inline constexpr const char* finding_class_names[] = {\"@quoted_names@\"};

}  // namespace sockwarden
")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/finding_classes.cpp @ONLY CONTENT
"#include \"agent/detect/detectors.h\"
#include \"agent/detect/finding_class.h\"

namespace sockwarden {

const std::vector<FindingClass>& finding_classes() {
  static const std::vector<FindingClass> all{
@rows@  };
  return all;
}

}  // namespace sockwarden
")
