# `cmake --install build/release [--prefix DIR]`: the programs and all that belongs to them.
include(GNUInstallDirs)
set(package ${CMAKE_SOURCE_DIR}/common/package)
set(texts ${CMAKE_BINARY_DIR}/package)
set(doc ${CMAKE_INSTALL_DATAROOTDIR}/doc/partner-webhooks)
set(programs webhooks-api webhooks-worker)

install(TARGETS ${programs})

# What the programs say of themselves, and what they are made of.
install(CODE "
  file(MAKE_DIRECTORY ${texts})
  foreach(program webhooks-api webhooks-worker)
    execute_process(COMMAND ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/\${program} --manual
                    OUTPUT_FILE ${texts}/\${program}.8 COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND gzip -9nf ${texts}/\${program}.8 COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/\${program} --completion
                    OUTPUT_FILE ${texts}/\${program} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  execute_process(COMMAND ${package}/sbom ${PACKAGE_VERSION} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/webhooks-api
                          ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/webhooks-worker
                  OUTPUT_FILE ${texts}/sbom.cdx.json COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND date -R -u -r ${CMAKE_SOURCE_DIR}/CHANGELOG.md OUTPUT_VARIABLE changed COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${texts}/changelog \"partner-webhooks (${PACKAGE_VERSION}) stable; urgency=medium

  * See CHANGELOG.md beside this file.

 -- Partner Webhooks <webhooks@example.com>  \${changed}\")
  execute_process(COMMAND gzip -9nf ${texts}/changelog COMMAND_ERROR_IS_FATAL ANY)
")
foreach(program ${programs})
  install(FILES ${texts}/${program}.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
  install(FILES ${texts}/${program} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
  install(FILES ${package}/systemd/${program}.service DESTINATION lib/systemd/system)
endforeach()
install(FILES ${package}/systemd/sysusers.conf DESTINATION lib/sysusers.d RENAME partner-webhooks.conf)
install(FILES ${package}/systemd/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME partner-webhooks.conf)
install(FILES ${texts}/sbom.cdx.json ${texts}/changelog.gz README.md CHANGELOG.md openapi.yaml common/ops/GUIDE.md
              common/ops/alerts.yml common/ops/dashboard.json
        DESTINATION ${doc})
install(FILES LICENSE DESTINATION ${doc} RENAME copyright)
install(FILES ${package}/config/api.toml ${package}/config/worker.toml ${package}/proxy/nginx.conf
              ${package}/prometheus/prometheus.yml DESTINATION ${doc}/examples)
# Their place is not under the prefix, so only the package has them.
install(FILES ${package}/config/api.toml ${package}/config/worker.toml DESTINATION /etc/partner-webhooks
        COMPONENT settings EXCLUDE_FROM_ALL)

# `cpack --config build/release/CPackConfig.cmake`: a package for Debian 12.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME partner-webhooks)
set(CPACK_PACKAGE_VERSION ${PACKAGE_VERSION})
set(CPACK_PACKAGE_CONTACT "Partner Webhooks <webhooks@example.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "signed webhooks for partners: API and worker")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Tells partners, by signed HTTPS POST, when something happens under one of their\ncontracts. An API takes subscriptions and events; a worker delivers them at\nleast once, in order where order matters.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, tzdata, passwd, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/debian/conffiles ${package}/debian/postinst ${package}/debian/prerm
                                       ${package}/debian/postrm)
set(CPACK_INSTALL_CMAKE_PROJECTS ${CMAKE_BINARY_DIR};${PROJECT_NAME};ALL;/;${CMAKE_BINARY_DIR};${PROJECT_NAME};settings;/)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
include(CPack)
