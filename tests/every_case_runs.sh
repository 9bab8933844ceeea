#!/usr/bin/env bash
# Compares the test cases that the programs have with those that CTest runs; a name that CMake takes for part of a
# list ("[0, 1)") would join several into one entry that matches nothing.
#
#   every_case_runs.sh CTEST BUILD FOLDER=PROGRAM...
#
# Exit 1, with the names, when a case is in one and not in the other.
set -euo pipefail
ctest=$1 build=$2
shift 2

cases=$(for pair in "$@"; do
  "${pair#*=}" --list-test-names-only | sed "s/^/${pair%%=*}:/" || true   # the status is the number of cases
done | sort)
folders=$(printf '%s|' "${@%%=*}")
run=$("$ctest" --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p' | grep -E "^(${folders%|}):" | sort)

if [ -z "$cases" ]; then echo "error: the programs list no test case"; exit 1; fi
if [ "$cases" != "$run" ]; then
  echo "error: cases of the programs (<) that CTest does not run as they are (>)"
  echo "  fix:   a name has no [ ] or ;"
  diff <(echo "$cases") <(echo "$run")
  exit 1
fi
echo "$(wc -l <<<"$cases") cases, each run by CTest"
