# playlist_add_plugin(NAME SOURCE...): builds a plugin library NAME.so that exports exactly the two symbols of
# playlist/plugin.h. Used by this tree and, through find_package(PlaylistSdk), by third parties.
get_filename_component(PLAYLIST_SDK_CMAKE_DIR "${CMAKE_CURRENT_LIST_FILE}" DIRECTORY)

if(NOT TARGET PlaylistSdk::sdk)
  add_library(playlist_sdk INTERFACE)
  add_library(PlaylistSdk::sdk ALIAS playlist_sdk)
  if(EXISTS "${PLAYLIST_SDK_CMAKE_DIR}/../playlist/plugin.h")
    target_include_directories(playlist_sdk INTERFACE "${PLAYLIST_SDK_CMAKE_DIR}/..") # in the source tree
  else()
    get_filename_component(_playlist_prefix "${PLAYLIST_SDK_CMAKE_DIR}/../../.." ABSOLUTE)
    target_include_directories(playlist_sdk INTERFACE "${_playlist_prefix}/include")  # installed
  endif()
endif()

function(playlist_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE PlaylistSdk::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${PLAYLIST_SDK_CMAKE_DIR}/plugin.map")
  target_compile_features(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:cxx_std_20>)
  target_link_options(${name} PRIVATE "-Wl,--version-script=${PLAYLIST_SDK_CMAKE_DIR}/plugin.map" "-Wl,--no-undefined")
endfunction()

function(playlist_install_sdk)
  include(GNUInstallDirs)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/playlist/
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/playlist FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  install(FILES ${PLAYLIST_SDK_CMAKE_DIR}/plugin.map
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/PlaylistSdk)
  install(FILES ${PLAYLIST_SDK_CMAKE_DIR}/PlaylistSdk.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/PlaylistSdk
          RENAME PlaylistSdkConfig.cmake)
endfunction()
