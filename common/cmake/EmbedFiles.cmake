# embed_files(TARGET NAMESPACE ns VARIABLE kName FILES a.sql …): a library TARGET whose header <TARGET.h> declares
# `inline constexpr EmbeddedFile kName[]`, each with the file's name (without folder) and its content.
set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/EmbedScript.cmake)

function(embed_files target)
  cmake_parse_arguments(EMBED "" "NAMESPACE;VARIABLE" "FILES" ${ARGN})
  set(header ${CMAKE_CURRENT_BINARY_DIR}/${target}/${target}.h)
  list(TRANSFORM EMBED_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${header} -D NAMESPACE=${EMBED_NAMESPACE} -D VARIABLE=${EMBED_VARIABLE}
            "-D INPUTS=${inputs}" -P ${EMBED_SCRIPT}
    DEPENDS ${inputs} ${EMBED_SCRIPT}
    VERBATIM)
  add_custom_target(${target}_files DEPENDS ${header})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_files)
  target_include_directories(${target} INTERFACE ${CMAKE_CURRENT_BINARY_DIR}/${target})
endfunction()
