#!/usr/bin/env bash
# From nothing to a playlist: installs the packages, builds the engine, makes a demo library (or imports the exports
# given as arguments) and runs recipes/weekly.lua on it.
#
#   bash scripts/quickstart.sh                 a synthetic library: no account, no network needed
#   bash scripts/quickstart.sh PATH...         your own exports (files, folders, archives) into your own library
#
# Running it again is quick: what is there is not done again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

install_packages --without-tests
build=${PLAYLIST_BUILD:-.build/run}   # another build folder may be given, e.g. one that is configured already
if [ ! -f "$build/CMakeCache.txt" ]; then cmake --preset run -B "$build" >/dev/null; fi
cmake --build "$build" -j "$(build_jobs)"
engine=$build/engine

if [ $# -gt 0 ]; then
  "$engine" import "$@"
  "$engine" run recipes/weekly.lua
else
  demo=${XDG_DATA_HOME:-$HOME/.local/share}/playlist-engine/demo
  if [ ! -e "$demo/library.db" ]; then "$engine" demo "$demo"; fi
  "$engine" --library "$demo/library.db" run recipes/weekly.lua
  echo
  echo "That was a synthetic library. Yours: bash scripts/quickstart.sh PATH-OF-YOUR-EXPORT"
fi
