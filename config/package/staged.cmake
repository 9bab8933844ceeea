# Read by cpack once everything is staged below ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/COMPONENT, before it is packed:
# finds what is loaded at run time without being linked, and adds what Debian wants in a package.
cmake_policy(SET CMP0057 NEW)  # if(... IN_LIST ...)

# Libraries that are loaded when first needed stand in the code by their soname (shared/system_library.hpp).
function(sonames_in file result)
  set(pattern "lib[A-Za-z0-9_+-]+\\.so\\.[0-9]+$")  # bytes before it may look like a part of it
  file(STRINGS ${file} named REGEX ${pattern})
  execute_process(COMMAND objdump -p ${file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  set(loaded "")
  foreach(text ${named})
    string(REGEX MATCH ${pattern} soname ${text})
    string(FIND "${headers}" "NEEDED               ${soname}\n" is_linked)  # dpkg-shlibdeps finds those
    if(is_linked EQUAL -1)
      list(APPEND loaded ${soname})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES loaded)
  set(${result} ${loaded} PARENT_SCOPE)
endfunction()

function(package_of soname result)
  execute_process(COMMAND dpkg-query -S "*/${soname}" OUTPUT_VARIABLE owner COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[:,].*" "" owner "${owner}")
  set(${result} ${owner} PARENT_SCOPE)
endfunction()

function(add_to_relation variable package)
  string(REPLACE ", " ";" packages "${${variable}}")
  if(NOT package IN_LIST packages)
    list(APPEND packages ${package})
  endif()
  list(JOIN packages ", " packages)
  set(${variable} "${packages}" PARENT_SCOPE)
endfunction()

# What listens to music and what grows trees: of no use to many, and a hundred packages come with FFmpeg.
set(recommending audio.so listener.so)
set(engine ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/engine/usr)
file(GLOB_RECURSE programs ${engine}/bin/* ${engine}/lib/playlist-engine/plugins/*.so)
foreach(program ${programs})
  get_filename_component(name ${program} NAME)
  sonames_in(${program} sonames)
  foreach(soname ${sonames})
    package_of(${soname} package)
    if(name IN_LIST recommending)
      add_to_relation(CPACK_DEBIAN_ENGINE_PACKAGE_RECOMMENDS ${package})
    else()
      add_to_relation(CPACK_DEBIAN_ENGINE_PACKAGE_DEPENDS ${package})
    endif()
  endforeach()
endforeach()

# ---- engine/help/topics/changes.md as Debian has changelogs: "## VERSION, DATE" and its points ----
function(debian_changelog result)
  file(STRINGS ${CPACK_PLAYLIST_SOURCE_DIR}/engine/help/topics/changes.md lines ENCODING UTF-8)
  set(text "")
  set(trailer "")
  foreach(line ${lines})
    if(line MATCHES "^## ([0-9.]+), ([0-9-]+)$")
      string(APPEND text "${trailer}playlist-engine (${CMAKE_MATCH_1}) unstable; urgency=medium\n\n")
      execute_process(COMMAND date -u -R -d ${CMAKE_MATCH_2} OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE
        COMMAND_ERROR_IS_FATAL ANY)
      set(trailer "\n -- ${CPACK_PACKAGE_CONTACT}  ${date}\n\n")
    elseif(line MATCHES "^- (.*)$")
      string(APPEND text "  * ${CMAKE_MATCH_1}\n")
    elseif(line MATCHES "^  (.*)$")
      string(APPEND text "    ${CMAKE_MATCH_1}\n")
    endif()
  endforeach()
  string(REPLACE "`" "" text "${text}${trailer}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(debian_copyright result)
  file(READ ${CPACK_PLAYLIST_SOURCE_DIR}/LICENSE license)
  string(REGEX MATCH "Copyright \\(c\\) ([^\n]+)" _ "${license}")
  set(holder "${CMAKE_MATCH_1}")
  string(REGEX REPLACE "^.*\n\n(Permission is hereby)" "\\1" license "${license}")
  string(STRIP "${license}" license)
  string(REPLACE "\n\n" "\n.\n" license "${license}")
  string(REPLACE "\n" "\n " license "${license}")
  set(${result} "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Playlist Engine

Files: *
Copyright: ${holder}
License: Expat

License: Expat
 ${license}
" PARENT_SCOPE)
endfunction()

function(compress)
  execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(of_documents OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
debian_changelog(changelog)
debian_copyright(copyright)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(folder ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  file(WRITE ${folder}/changelog "${changelog}")
  file(WRITE ${folder}/copyright "${copyright}")
  file(CHMOD ${folder}/changelog ${folder}/copyright PERMISSIONS ${of_documents})
  compress(${folder}/changelog)
endforeach()

# Libraries that consist of headers are compiled in, and want to be named.
foreach(package libboost-dev libcli11-dev libeigen3-dev libhnswlib-dev libspdlog-dev nlohmann-json3-dev)
  file(COPY_FILE /usr/share/doc/${package}/copyright ${engine}/share/doc/playlist-engine/copyright.${package})
  file(CHMOD ${engine}/share/doc/playlist-engine/copyright.${package} PERMISSIONS ${of_documents})
endforeach()

if(NOT EXISTS ${engine}/share/man/man1/engine.1)
  message(FATAL_ERROR "the manual and the pages of help are missing: build the target documentation first")
endif()
# It was installed here, and will be there.
file(GLOB units ${engine}/lib/systemd/user/*)
foreach(unit ${units})
  file(READ ${unit} text)
  string(REPLACE ${engine}/bin/engine ${CPACK_PACKAGING_INSTALL_PREFIX}/bin/engine text "${text}")
  file(WRITE ${unit} "${text}")
  file(CHMOD ${unit} PERMISSIONS ${of_documents})
endforeach()
# Debian's zsh looks there.
file(RENAME ${engine}/share/zsh/site-functions ${engine}/share/zsh/vendor-completions)

file(GLOB_RECURSE manuals ${engine}/share/man/*.[0-9])
compress(${manuals})
