# playlist_add_plugin(NAME SOURCE...): builds a plugin library NAME.so that exports exactly the two symbols of
# playlist/plugin.h. Used by this tree and, through find_package(PlaylistSdk), by third parties:
#
#   find_package(PlaylistSdk 1.0 REQUIRED)   # the version is the ABI's, PLAYLIST_ABI_MAJOR.MINOR
#   playlist_add_plugin(mood mood.cpp)
#
# Sources may be C99 or C++20; further libraries are linked with target_link_libraries(NAME PRIVATE ...).
get_filename_component(PLAYLIST_SDK_CMAKE_DIR "${CMAKE_CURRENT_LIST_FILE}" DIRECTORY)

if(NOT TARGET PlaylistSdk::sdk)
  add_library(playlist_sdk INTERFACE)
  add_library(PlaylistSdk::sdk ALIAS playlist_sdk)
  if(EXISTS "${PLAYLIST_SDK_CMAKE_DIR}/../playlist/plugin.h")
    target_include_directories(playlist_sdk INTERFACE "${PLAYLIST_SDK_CMAKE_DIR}/..") # in the source tree
  else()
    get_filename_component(PlaylistSdk_PREFIX "${PLAYLIST_SDK_CMAKE_DIR}/../../.." ABSOLUTE)
    target_include_directories(playlist_sdk INTERFACE "${PlaylistSdk_PREFIX}/include")  # installed
  endif()
endif()

function(playlist_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE PlaylistSdk::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so" POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${PLAYLIST_SDK_CMAKE_DIR}/plugin.map")
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  target_link_options(${name} PRIVATE "-Wl,--version-script=${PLAYLIST_SDK_CMAKE_DIR}/plugin.map")
  # A symbol that nobody has is an error when the plugin is built, not when it is loaded. (clang leaves the
  # sanitizers' own symbols to the program.)
  if(NOT (CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND "${PLAYLIST_SANITIZE}${CMAKE_CXX_FLAGS}" MATCHES "address|thread|fsanitize"))
    target_link_options(${name} PRIVATE "-Wl,--no-undefined")
  endif()
endfunction()

function(playlist_install_sdk)
  include(GNUInstallDirs)
  include(CMakePackageConfigHelpers)
  # `cmake --install BUILD --component sdk` installs the SDK alone.
  # Below share/, whose depth is the same for every prefix; include/ likewise.
  set(package share/cmake/PlaylistSdk)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/playlist/ DESTINATION include/playlist COMPONENT sdk
          FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  install(FILES ${PLAYLIST_SDK_CMAKE_DIR}/plugin.map DESTINATION ${package} COMPONENT sdk)
  install(FILES ${PLAYLIST_SDK_CMAKE_DIR}/PlaylistSdk.cmake DESTINATION ${package} COMPONENT sdk
          RENAME PlaylistSdkConfig.cmake)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/template DESTINATION ${CMAKE_INSTALL_DATADIR}/playlist-engine COMPONENT sdk
          USE_SOURCE_PERMISSIONS PATTERN .clang-format EXCLUDE)
  install(FILES ${CMAKE_SOURCE_DIR}/sdk/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/playlist-engine COMPONENT sdk
          RENAME plugin-guide.md)
  file(READ ${CMAKE_SOURCE_DIR}/sdk/playlist/plugin.h header)
  string(REGEX MATCH "PLAYLIST_ABI_MAJOR ([0-9]+)u" _ "${header}")
  set(major ${CMAKE_MATCH_1})
  string(REGEX MATCH "PLAYLIST_ABI_MINOR ([0-9]+)u" _ "${header}")
  set(minor ${CMAKE_MATCH_1})
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/PlaylistSdkConfigVersion.cmake
    VERSION ${major}.${minor}.0 COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
  install(FILES ${CMAKE_BINARY_DIR}/PlaylistSdkConfigVersion.cmake DESTINATION ${package} COMPONENT sdk)
endfunction()
