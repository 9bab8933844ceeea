# `cpack --config BUILD/CPackConfig.cmake` makes Debian packages of what has been built: the engine with its plugins,
# the plugin SDK, and what encodes sound where libtorch is. What only cpack knows (the version it was given, who
# makes them, what was staged) is added by each_package.cmake and staged.cmake, which it runs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME playlist-engine)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/each_package.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/staged.cmake)
set(CPACK_PLAYLIST_SOURCE_DIR ${CMAKE_SOURCE_DIR})

set(CPACK_COMPONENTS_ALL engine sdk)
if(TARGET playlist_torch)
  list(APPEND CPACK_COMPONENTS_ALL torch)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_ENGINE_PACKAGE_NAME playlist-engine)
set(CPACK_DEBIAN_ENGINE_PACKAGE_SECTION sound)
set(CPACK_COMPONENT_ENGINE_DESCRIPTION "playlists from your own listening history
Reads the exports of Spotify, Last.fm, ListenBrainz and others into one SQLite
file on this machine and makes playlists of it by recipes: short Lua files that
can be read and changed. Every track comes with the reason why it is there.
.
It needs no account and sends nothing anywhere unless it is told to. There is a
command line, a page in the browser and an API; what finds, ranks, filters and
orders tracks are plugins.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME playlist-engine-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_SDK_PACKAGE_SHLIBDEPS OFF)
set(CPACK_COMPONENT_SDK_DESCRIPTION "playlists from your own listening history - plugin SDK
The header files of Playlist Engine's plugins, in C99 and C++20, a CMake
package that builds them, a guide with one of every kind, and what
`engine plugin new` begins a plugin with.")

set(CPACK_DEBIAN_TORCH_PACKAGE_NAME playlist-engine-torch)
set(CPACK_DEBIAN_TORCH_PACKAGE_SECTION sound)
set(CPACK_COMPONENT_TORCH_DESCRIPTION "playlists from your own listening history - sound encoders
What lets Playlist Engine ask a TorchScript model that its user brings for
vectors of sound and of texts (`engine import --files --encoder FILE`). It
needs libtorch, which is large.")

include(CPack)
