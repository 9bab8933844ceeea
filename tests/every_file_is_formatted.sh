#!/usr/bin/env bash
# Compares every C and C++ file with what clang-format makes of it by .clang-format at the root. A folder whose files
# no formatter may touch says so, and why, in a .clang-format of its own.
#
#   every_file_is_formatted.sh SOURCE
#
# Exit 1, with the names, when a file differs; when clang-format is missing or switched off; when there is no file to
# look at.
set -euo pipefail
cd "$1"

if ! command -v clang-format >/dev/null; then
  echo "error: clang-format is not installed, so nobody looked at any file"
  echo "  fix:   apt-get install clang-format"
  exit 1
fi
for folder in engine plugins sdk tests; do
  if clang-format --style=file --assume-filename="$folder/x.cpp" --dry-run -Werror <<<'int  x ;' >/dev/null 2>&1; then
    echo "error: clang-format finds nothing to mend in \"int  x ;\" as a file of $folder/, so it would pass any"
    exit 1
  fi
done
readarray -d '' files < <(find engine plugins sdk tests -type f \
  \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' -o -name '*.c' \) -print0 | sort -z)
for folder in engine plugins sdk tests; do
  if ! printf '%s\n' "${files[@]}" | grep -c "^$folder/" >/dev/null; then
    echo "error: $1/$folder has no C or C++ file"
    exit 1
  fi
done

status=0
said=$(printf '%s\0' "${files[@]}" | xargs -0 clang-format --style=file --dry-run -Werror 2>&1) || status=$?
if [ $status -ne 0 ] || [ -n "$said" ]; then
  echo "error: files are not as clang-format has them"
  names=$(sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: error: .*/\1/p' <<<"$said" | sort -u)
  if [ -z "$names" ]; then echo "$said"; exit 1; fi  # clang-format itself did not work
  sed 's/^/  /' <<<"$names"
  echo "  fix:   clang-format -i" $names
  exit 1
fi
echo "${#files[@]} files, each as clang-format has it"
