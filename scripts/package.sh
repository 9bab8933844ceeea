#!/usr/bin/env bash
# Makes Debian packages of this tree in .build/packages: the engine, the plugin SDK (-dev), and, where libtorch is,
# what encodes sound.
#
#   bash scripts/package.sh
#   sudo apt install ./.build/packages/playlist-engine_*.deb
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

install_packages --without-tests
build=${PLAYLIST_BUILD:-.build/run}   # another build folder may be given, e.g. one that is configured already
if [ ! -f "$build/CMakeCache.txt" ]; then cmake --preset run -B "$build" >/dev/null; fi
cmake --build "$build" -j "$(build_jobs)" --target documentation   # for which everything installed is built
packages=${PLAYLIST_PACKAGES:-.build/packages}   # another folder for them may be given
mkdir -p "$packages"
cpack --config "$build/CPackConfig.cmake" -B "$packages" >"$packages/cpack.log" 2>&1 || {
  cat "$packages/cpack.log" >&2
  exit 1
}
ls "$packages"/*.deb
