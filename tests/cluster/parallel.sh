#!/usr/bin/env bash
# The command that `engine help cluster` has for GNU parallel makes the lists of one process.
#
#   parallel.sh BUILD-FOLDER      77: there is no GNU parallel here
set -euo pipefail
command -v parallel >/dev/null || { echo "skipped: there is no parallel: apt-get install parallel"; exit 77; }
work=$(mktemp -d /tmp/playlist-parallel-XXXXXX)
trap 'rm -rf "$work"' EXIT
export PATH=$1:$PATH HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache
cd "$work"
engine --quiet demo people --now 2026-11-21 --users 24 --tracks 600 --artists 80 --listens 800 > demo.txt
export PLAYLIST_LIBRARY=$work/people/library.db
told=$(engine help cluster --as markdown | grep -o 'parallel engine batch[^`]*')
eval "${told/batch weekly/batch weekly --now 2026-11-21}" > lists.txt 2>&1 || { cat lists.txt; exit 1; }
engine --quiet gather lists
engine --quiet batch weekly --now 2026-11-21 --out one > one.txt
cmp one/lists.jsonl lists/lists.jsonl
