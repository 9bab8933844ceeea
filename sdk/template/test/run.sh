#!/usr/bin/env bash
# @KIND@.@NAME@ at work, in a library of its own: run.sh ENGINE FOLDER-OF-THE-PLUGIN. CMake's test "works" calls it.
set -euo pipefail
engine=$1 plugins=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache
unset PLAYLIST_LIBRARY

