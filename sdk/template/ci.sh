#!/usr/bin/env bash
# Builds and tests from nothing, as a CI job does: ci.sh PREFIX [CMAKE-OPTIONS...], e.g.
#   ./ci.sh /opt/playlist -D@COMPILER@=clang@PLUSES@
# PREFIX is where the engine was installed (cmake --install .build/run --prefix PREFIX).
set -euo pipefail
prefix=${1:?usage: ci.sh PREFIX [CMAKE-OPTIONS...]}
shift
here=$(cd "$(dirname "$0")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cmake -S "$here" -B "$build" -DCMAKE_PREFIX_PATH="$prefix" "$@"
cmake --build "$build"
ctest --test-dir "$build" --output-on-failure --no-tests=error
