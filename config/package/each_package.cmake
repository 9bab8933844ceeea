# Read by cpack before it makes packages, once CPACK_PACKAGE_VERSION is as its command line says.
# ca-certificates: services are asked by HTTPS. libjs-codemirror: the editor of recipes in the browser.
set(CPACK_DEBIAN_ENGINE_PACKAGE_DEPENDS "tzdata")
set(CPACK_DEBIAN_ENGINE_PACKAGE_RECOMMENDS "ca-certificates, libjs-codemirror")
set(CPACK_DEBIAN_ENGINE_PACKAGE_SUGGESTS "playlist-engine-dev, playlist-engine-torch, man-db, bash-completion, sqlite3, cron")
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "playlist-engine, cmake, g++")
set(CPACK_DEBIAN_TORCH_PACKAGE_DEPENDS "playlist-engine (= ${CPACK_PACKAGE_VERSION})")
