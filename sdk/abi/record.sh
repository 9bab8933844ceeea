#!/usr/bin/env bash
# Describes playlist/plugin.h as it stands: record.sh OUT.abi [INCLUDE-FOLDER]. Needs a C compiler and abidw.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: record.sh OUT.abi [INCLUDE-FOLDER]}
include=${2:-$here/..}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The source's own name, not its path, goes into the description.
cp "$here/contract.c" "$work/contract.c"
(cd "$work" && "${CC:-cc}" -std=c99 -g -O0 -fPIC -shared -fvisibility=hidden -I "$include" contract.c -o contract.so)
abidw --no-comp-dir-path --no-corpus-path --no-show-locs --no-elf-needed --out-file "$out" "$work/contract.so"
