#!/usr/bin/env bash
# Installs, builds, and runs every test through CTest.
#
#   bash scripts/test.sh                    gcc, Release
#   bash scripts/test.sh --sanitize         under AddressSanitizer and UndefinedBehaviorSanitizer
#   bash scripts/test.sh --thread           under ThreadSanitizer
#   bash scripts/test.sh --clang            with clang
#   bash scripts/test.sh --package          the Debian packages in a bare root: root, Debian's mirror, minutes
#   bash scripts/test.sh [...] -- ARGS      ARGS go to ctest, e.g. -- -R weekly
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

preset=release
only=()
what=()   # is built; nothing: all
while [ $# -gt 0 ]; do
  case $1 in
    --sanitize) preset=sanitize ;;
    --thread) preset=thread ;;
    --clang) preset=clang ;;
    --package) export PLAYLIST_PACKAGE_TEST=1; only=(-L package); what=(--target documentation) ;;  # all but tests
    --) shift; break ;;
    *) echo "error: test.sh has no option $1" >&2; sed -n '4,9s/^# *//p' "$0" >&2; exit 2 ;;
  esac
  shift
done

install_packages
# From nothing, the files of a library compile together in half the time; a folder that is there stays as it is.
together=()
[ -f ".build/$preset/CMakeCache.txt" ] || together=(-DPLAYLIST_UNITY=ON)
cmake --preset "$preset" "${together[@]}" >/dev/null
cmake --build ".build/$preset" -j "$(build_jobs)" "${what[@]}"
# Leaks are looked for by the tests that mean to; a run's worker ends without taking its state apart.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
# One more than there are processors: many tests wait for a process that they killed or for a player.
exec ctest --test-dir ".build/$preset" --output-on-failure -j "$(($(nproc) + 1))" "${only[@]}" "$@"
