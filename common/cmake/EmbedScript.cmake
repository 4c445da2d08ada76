# Run by embed_files at build time.
string(REPLACE " " ";" INPUTS "${INPUTS}")
set(entries "")
foreach(input ${INPUTS})
  get_filename_component(name ${input} NAME)
  file(READ ${input} content)
  # One literal may hold 64 KiB at most in some compilers: cut into pieces that the compiler joins again.
  string(LENGTH "${content}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${content}" ${at} 12000 piece)
    string(APPEND literal "R\"~embed~(${piece})~embed~\" ")
    math(EXPR at "${at} + 12000")
  endwhile()
  string(APPEND entries "    {\"${name}\", ${literal}},\n")
endforeach()
file(WRITE ${OUTPUT}.tmp "#pragma once

#include \"common/base/embedded_file.h\"

namespace ${NAMESPACE} {

inline constexpr EmbeddedFile ${VARIABLE}[] = {
${entries}};

}  // namespace ${NAMESPACE}
")
file(RENAME ${OUTPUT}.tmp ${OUTPUT})
