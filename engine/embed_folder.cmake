# Writes the files of FOLDER named *.ENDING as a C++ source that defines engine::NAME(): pairs of a file's name
# without its ending, and its text, in the order of the names. Of ENDING * all files, by their whole names.
file(GLOB files ${FOLDER}/*.${ENDING})
set(code "#include <span>\n#include <string_view>\n#include <utility>\nnamespace engine {\nusing EmbeddedFile = std::pair<std::string_view, std::string_view>;\nstd::span<const EmbeddedFile> ${NAME}() {\n  static constexpr EmbeddedFile kFiles[] = {")
foreach(file ${files})
  if(ENDING STREQUAL "*")
    get_filename_component(stem ${file} NAME)
  else()
    get_filename_component(stem ${file} NAME_WE)
  endif()
  file(READ ${file} text)
  string(LENGTH "${text}" length)
  if(length GREATER 65000) # [implimits]: 65536
    message(FATAL_ERROR "${file} is longer than a string literal may be")
  endif()
  string(APPEND code "\n    {\"${stem}\", R\"__EMBED__(${text})__EMBED__\"},")
endforeach()
string(APPEND code "\n  };\n  return kFiles;\n}\n}  // namespace engine\n")
file(WRITE ${OUTPUT} "${code}")
