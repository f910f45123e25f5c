# `cmake --install` and the packages that CPack makes. The unit names the folders that were set when this was configured:
# give CMAKE_INSTALL_PREFIX to cmake -S, not to cmake --install.
include(GNUInstallDirs)
set(documents ${PROJECT_BINARY_DIR}/documents)
set(installed_docs ${CMAKE_INSTALL_DATAROOTDIR}/doc/sockwarden)

find_package(Python3 COMPONENTS Interpreter)
add_custom_command(
  OUTPUT ${documents}/sockwarden.1.gz
  COMMAND sockwarden --describe > ${PROJECT_BINARY_DIR}/description.json
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/deploy/documents ${PROJECT_BINARY_DIR}/description.json
          ${PROJECT_SOURCE_DIR}/deploy/sockwarden.example.yaml ${PROJECT_SOURCE_DIR}/agent/detect/classes.json ${documents}
  COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${documents}/changelog.gz
  COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/deploy/debian/changelog > ${documents}/changelog.Debian.gz
  DEPENDS sockwarden deploy/documents deploy/sockwarden.example.yaml agent/detect/classes.json CHANGELOG.md
          deploy/debian/changelog VERBATIM)
add_custom_target(documents DEPENDS ${documents}/sockwarden.1.gz)

file(READ ${PROJECT_SOURCE_DIR}/deploy/sockwarden.service unit)
string(REPLACE /usr/bin ${CMAKE_INSTALL_FULL_BINDIR} unit "${unit}")
string(REPLACE /etc/sockwarden ${CMAKE_INSTALL_FULL_SYSCONFDIR}/sockwarden unit "${unit}")
string(REPLACE /usr/share ${CMAKE_INSTALL_FULL_DATAROOTDIR} unit "${unit}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/sockwarden.service CONTENT "${unit}" @ONLY)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS deploy/sockwarden.service)

install(TARGETS sockwarden RUNTIME)
install(FILES ${PROJECT_BINARY_DIR}/sockwarden.service deploy/sockwarden.socket DESTINATION lib/systemd/system)
install(FILES deploy/sockwarden.example.yaml DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/sockwarden RENAME sockwarden.yaml)
install(DIRECTORY ${documents}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1.gz")
install(FILES ${documents}/sockwarden.yaml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${documents}/sockwarden DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
install(FILES ${documents}/_sockwarden DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions)
install(FILES ${documents}/sockwarden.fish DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d)
install(FILES dashboards/sockwarden.json DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/sockwarden/dashboards)
install(FILES dashboards/rules/recording.yaml dashboards/rules/alerts.yaml
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/sockwarden/rules)
install(FILES README.md ${documents}/changelog.gz ${documents}/changelog.Debian.gz deploy/debian/copyright
        DESTINATION ${installed_docs})
install(FILES deploy/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides RENAME sockwarden)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON) # the configuration is outside of the prefix
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "sockwarden maintainers <maintainers@sockwarden.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "agent that finds programs that mishandle TCP connections
sockwarden watches the TCP connections and descriptors of every process on
this host from the kernel, by eBPF, and says which program mishandles them:
waits without a timeout, connections and descriptors that leak, pools that
churn, requests that are stuck. It needs no change in the programs.
.
Metrics for Prometheus, a JSON API and a page are on 127.0.0.1:10180. The
kernel must be 5.10 or later, with BTF.
")
foreach(script postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/deploy/debian/${script})
endforeach()
file(WRITE ${PROJECT_BINARY_DIR}/conffiles ${CMAKE_INSTALL_FULL_SYSCONFDIR}/sockwarden/sockwarden.yaml\n)
list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
