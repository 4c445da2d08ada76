# A room is one static library: a folder with one job. An executable is its main.cpp plus rooms.

add_library(project_options INTERFACE)
target_compile_options(project_options INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor
                                                 -Woverloaded-virtual -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_compile_definitions(project_options INTERFACE WEBHOOKS_VERSION="${PROJECT_VERSION}")
target_include_directories(project_options INTERFACE ${CMAKE_SOURCE_DIR})
if(WEBHOOKS_SANITIZE)
  target_compile_options(project_options INTERFACE -fsanitize=${WEBHOOKS_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all -O1)
  target_link_options(project_options INTERFACE -fsanitize=${WEBHOOKS_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(project_options INTERFACE -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tests/fuzz/ignored.txt)
  endif()
endif()

# add_room(NAME SOURCES a.cpp … LINKS room-or-package …)
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PUBLIC project_options ${ROOM_LINKS})
endfunction()

# add_suite(NAME [CONCURRENT] SOURCES a_test.cpp … LINKS room …): a Catch2 executable that `ctest` runs whole.
# CONCURRENT: it has threads, so it is run under ThreadSanitizer too.
add_custom_target(concurrent_suites)
function(add_suite name)
  cmake_parse_arguments(SUITE "CONCURRENT" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${SUITE_SOURCES})
  target_link_libraries(${name} PRIVATE ${SUITE_LINKS} Catch2::Catch2WithMain)
  add_test(NAME ${name} COMMAND ${name})
  if(SUITE_CONCURRENT)
    set_tests_properties(${name} PROPERTIES LABELS concurrent)
    add_dependencies(concurrent_suites ${name})
  endif()
endfunction()
