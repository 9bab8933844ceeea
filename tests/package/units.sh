#!/usr/bin/env bash
# The units of config/systemd are as systemd wants them. Skipped, by status 77, where there is no systemd-analyze.
#
#   bash tests/package/units.sh SOURCE ENGINE
set -euo pipefail
command -v systemd-analyze >/dev/null || {
  echo "skipped: there is no systemd-analyze"
  exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for unit in "$1"/config/systemd/*.in; do
  name=$(basename "$unit" .in)
  sed "s|@ENGINE@|$2|g; s|@LIBRARY@||g" "$unit" >"$folder/$name"
  ! grep -n '@' "$folder/$name" || { echo "error: $unit has a word that nobody fills in"; exit 1; }
done
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$folder}   # systemd-analyze wants one of a user
told=$(systemd-analyze verify --user --man=no --recursive-errors=no "$folder"/* 2>&1) || { echo "$told"; exit 1; }
[ -z "$told" ] || { echo "$told"; exit 1; }
