#!/usr/bin/env bash
# What PLAYLIST_UNITY promises quickstart: the files of a room can be compiled as one, so names that
# they keep to themselves differ.
#
#   bash tests/rooms_compile_together.sh COMPILER SOURCE-FOLDER
set -euo pipefail
compiler=$1 source=$2
read -ra luajit <<< "$(pkg-config --cflags-only-I luajit | sed 's/-I/-isystem /g')"
read -ra eigen <<< "$(pkg-config --cflags-only-I eigen3 | sed 's/-I/-isystem /g')"
together=$(mktemp --suffix .cpp)
trap 'rm -f "$together"' EXIT
rooms=0 failed=0
for room in "$source"/engine/*/ "$source"/plugins/{recall,ranking,filtering,ordering,output,model,shared}/ \
            "$source"/plugins/{recall,ranking,model}/kernels/ "$source"/plugins/model/listener/{,kernels/}; do
  for file in "$room"*.cpp; do
    [ "${file##*/}" = main.cpp ] || echo "#include \"$file\""
  done > "$together"
  rooms=$((rooms + 1))
  "$compiler" -std=c++20 -fsyntax-only -w -I "$source/engine" -I "$source/sdk" -I "$source/plugins" "${luajit[@]}" \
    "${eigen[@]}" '-DPLAYLIST_ENGINE_VERSION=""' "$together" ||
    { echo "error: the files of $room do not compile together" >&2; failed=1; }
done
[ "$rooms" -gt 20 ] || { echo "error: only $rooms rooms were found in $source" >&2; exit 1; }
[ "$failed" = 0 ] && echo "$rooms rooms, each compiles as one"
