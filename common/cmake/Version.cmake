# RELEASE: the version of the last release, from the tag v1.2.3 that it has in git; compiled into the programs.
# PACKAGE_VERSION: the same, and how many commits came after it. Without git (an unpacked archive, an image's build) both are
# WEBHOOKS_VERSION of the environment, or the fallback below.
set(PACKAGE_VERSION 0.1.0)
if(NOT "$ENV{WEBHOOKS_VERSION}" STREQUAL "")
  set(PACKAGE_VERSION $ENV{WEBHOOKS_VERSION})
else()
  execute_process(COMMAND git describe --tags --match "v[0-9]*" --dirty=+dirty WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
                  OUTPUT_VARIABLE described ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(NOT failed AND described MATCHES "^v([0-9].*)$")
    # v1.2.3-5-gabcdef0 is 1.2.3+5.gabcdef0: after 1.2.3 and before 1.2.4 for dpkg too.
    string(REGEX REPLACE "-([0-9]+)-g([0-9a-f]+)" "+\\1.g\\2" PACKAGE_VERSION "${CMAKE_MATCH_1}")
  endif()
endif()
string(REGEX MATCH "^[0-9]+\\.[0-9]+\\.[0-9]+" RELEASE "${PACKAGE_VERSION}")
if(RELEASE STREQUAL "")
  message(FATAL_ERROR "not a version: ${PACKAGE_VERSION}")
endif()
