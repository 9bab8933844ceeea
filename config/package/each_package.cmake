# Read by cpack before it makes packages, once CPACK_PACKAGE_VERSION is as its command line says.
# ca-certificates: services are asked by HTTPS. libjs-codemirror: the editor of recipes in the browser.
set(CPACK_DEBIAN_ENGINE_PACKAGE_DEPENDS "tzdata")
set(CPACK_DEBIAN_ENGINE_PACKAGE_RECOMMENDS "ca-certificates, libjs-codemirror")
set(CPACK_DEBIAN_ENGINE_PACKAGE_SUGGESTS "playlist-engine-dev, playlist-engine-torch, man-db, bash-completion, sqlite3, cron")
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "playlist-engine, cmake, g++")
set(CPACK_DEBIAN_TORCH_PACKAGE_DEPENDS "playlist-engine (= ${CPACK_PACKAGE_VERSION})")

# Debian wants somebody who answers for a package: who makes it, as $DEBFULLNAME and $DEBEMAIL tell Debian's own tools,
# else the user of this machine.
execute_process(COMMAND id -un OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(maker "$ENV{DEBFULLNAME}")
if(NOT maker)
  set(maker ${user})
endif()
set(address "$ENV{DEBEMAIL}")
if(NOT address)
  cmake_host_system_information(RESULT machine QUERY FQDN)
  set(address ${user}@${machine})
endif()
set(CPACK_PACKAGE_CONTACT "${maker} <${address}>")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${CPACK_PACKAGE_CONTACT}")
