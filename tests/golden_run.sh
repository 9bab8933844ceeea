#!/usr/bin/env bash
# Records what every verb of an engine says and writes, so that a refactoring can be shown to change none of it.
#
#   bash tests/golden_run.sh ENGINE OUT
#
# Record the build before the change and the build after it with the same script, and compare:
#
#   bash tests/golden_run.sh before/engine /tmp/before
#   bash tests/golden_run.sh after/engine /tmp/after && diff -r /tmp/before /tmp/after
#
# The script is the net; recordings are made from two builds and never committed. OUT has a file per command, named
# after it, with its exit status, stdout and stderr; what commands wrote (written/); and what the libraries hold (rows/;
# needs sqlite3). Every command has the same --now, random seed, time zone and home. The commands stand in
# golden_commands.txt; verbs, recipes, users and elements are found from the engine's own help and lists. Exit 1 when a
# verb of the help was never run.
set -euo pipefail
if [ $# != 2 ]; then sed -n '2,/^set/s/^#\( \|$\)//p' "$0"; exit 2; fi
if [ -e "$2" ]; then echo "error: there is a $2 already"; exit 2; fi
engine=$(realpath "$1") source=$(realpath "$(dirname "$0")/..")
build=$(dirname "$engine")
mkdir -p "$2"
out=$(realpath "$2") work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir home written
cp -r "$source/tests/data" data
declare -A used

# What is not the same twice, or not in two builds' folders; nothing else may be hidden.
s='[0-9]+\.[0-9]+(e-[0-9]+)?'
normal=(
  -e "s#$work#WORK#g; s#$build#BUILD#g; s#$source#SOURCE#g"                            # where the folders stand
  -e "s#\"((validation_)?seconds|users_per_second|ms)\": ?[0-9.e-]+#\"\1\": TIME#g"    # how long it took, as JSON
  -e "s# *\b$s m?s\b# TIME#g; s#\([0-9.]+ users per second#(SPEED#g"                   # and in sentences
  -e "s#\n( +[0-9]+ +[0-9]+) +$s  #\n\1 TIME  #g"                                      # and in the table of --trace
  -e "s# +$s  \{\"# TIME  {\"#g; s#\n  seconds  +[0-9.e-]+#\n  seconds TIME#g"         # and of benchmark, models
  -e 's#("?trained_at"?)(: ?|  +)[0-9]+#\1\2CLOCK#g'                                   # when a model was really trained
  -e 's#("?file"?)(: ?|  +)\[[0-9, \n]+\]#\1\2STAT#g'                                  # its file's inode, change time
  -e 's#(in all, )[0-9]+ MiB#\1MEMORY#g'                                               # what a worker used (--verbose)
  -e "s#(version [0-9]+ |'data_token',')[0-9a-f]{32}#\1TOKEN#g"                        # a library's random name
  -e "s#(\n[0-9]+,[0-9]+,[0-9]+,')[0-9a-f]{32}(')#\1TOKEN\2#g"                         # and one of what a user said
  -e "s#(, users' )[0-9a-f]{32}#\1TOKENS#g"                                            # and what is made of all of them
)
normalised() { sed -Ez "${normal[@]}"; }

# record FOLDER ARGUMENT...: runs the engine and keeps what it says; $typed is its input, a line every 2 seconds.
typed=()
record() {
  local folder=$out/$1 common=(--now 2026-11-21T10:00:00Z --random-seed 7) name status=0
  shift
  name=$(printf '%s' "${*:-nothing}" | sed "s#$work/##g; s#$build/##g" | tr ' /\n' '_+_' | cut -c1-200)
  mkdir -p "$folder"
  while [ -e "$folder/$name" ]; do name+=,again; done
  case " $* " in *" --help "* | *" --version "* | *" --now "* | "  ") common=() ;; esac
  env -i PATH="$PATH" TZ=UTC LC_ALL=C.UTF-8 HOME="$work/home" PLAYLIST_LIBRARY="$work/$library" \
    XDG_DATA_HOME="$work/home/data" XDG_CONFIG_HOME="$work/home/config" XDG_CACHE_HOME="$work/home/cache" \
    "$engine" ${common[@]+"${common[@]}"} "$@" >stdout 2>stderr \
    < <(for line in ${typed[@]+"${typed[@]}"}; do sleep 2; echo "$line"; done) || status=$?
  { echo "engine $*"; echo "exit $status"; echo "--- stdout"; cat stdout; echo "--- stderr"; cat stderr; } |
    normalised >"$folder/$name"
  case " $* " in *" --help "*) ;; *) used[${1:-nothing}]=1 used["${1:-} ${2:-}"]=${#used[@]} ;; esac
}

# once, both FOLDER [SECTION]: the commands of a section of golden_commands.txt as they stand; as text and as JSON.
commands() { sed -n "/^\[$1\]/,/^\$/{/^\[/d;/^\$/d;p}" "$source/tests/golden_commands.txt"; }
once() { while IFS= read -r line <&3; do eval "record $1 $line"; done 3< <(commands "${2:-$1}"); }
both() {
  while IFS= read -r line <&3; do eval "record $1 $line; record $1 $line --json"; done 3< <(commands "${2:-$1}")
}

# rows NAME: what the library holds, but for the columns that tell when things really happened.
rows() {
  command -v sqlite3 >/dev/null && [ -e "$library" ] || return 0
  mkdir -p "$out/rows"
  for table in $(sqlite3 "$library" "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"); do
    columns=$(sqlite3 "$library" "SELECT group_concat(name) FROM pragma_table_info('$table')
      WHERE name NOT IN ('created_at', 'started_at', 'finished_at')")
    echo "== $table: $columns"
    sqlite3 -quote "$library" "SELECT $columns FROM $table"
  done | normalised >"$out/rows/$1"
}
subverbs() { sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' "$out/help/$1"; }
names() { "$engine" --library "$work/$library" "$@" 2>/dev/null | sed -n 's/^\([a-z][^ ]*\)  .*/\1/p'; }

library=demo/library.db
record help
record help --help
record help --version
for verb in $(subverbs --help); do
  record help "$verb" --help
  for sub in $(subverbs "${verb}_--help"); do record help "$verb" "$sub" --help; done
done

printf '{"id": %d, "embedding": [%d, 0.5, %d]}\n' 1 1 0 2 0 1 3 1 1 4 -1 1 >vectors.jsonl
printf '{"text": "%s", "user": "demo", "time": %d}\n' "calm late night" 1790000000 "wild" 1780000000 >prompts.jsonl
once demo changes
both demo questions
for element in $(names plugins list); do
  both elements element
  case $element in recall.* | ranking.* | filtering.* | ordering.*) both elements chooser ;; esac
done
users=$(names library users)
# shellcheck disable=SC2034  # the commands name $user
for recipe in $(names recipes) data/recipes/*.lua; do
  for user in $users; do both runs listener; done
  once runs "recipe, once"
  both runs recipe
done
both runs
once everybody
typed=("" "w 15" "p tracks=5" "p tracks=x" o q)
both watch
typed=()
rows demo

mistake() {
  printf 'return require("playlist").recipe { title = "%s", build = function(_, user)\n%s\nend }\n' "$@" >"$1.lua"
}
mistake column 'return user.library:score(function(t) return t.enrgy end)'
mistake element 'return require("playlist").recall.gnre {}'
mistake argument 'return require("playlist").recall.catalogue { limit = -1 }'
mistake number 'return 5'
mistake fails 'error("on purpose")'
mistake forever 'while true do end'
mistake sandbox 'io.open("/etc/passwd")'
mistake syntax 'return return'
echo nonsense >text.db
for recipe in column element argument number fails forever sandbox syntax missing; do
  recipe=$recipe.lua
  both mistakes mistaken
done
both mistakes
for file in "$build"/refused-plugins/*.so; do [ ! -e "$file" ] || record mistakes plugins check "$file"; done

for export in $(cd data && printf '%s\n' */); do
  library=${export%/}.db
  once "import-${export%/}" "export, once"
  both "import-${export%/}" export
  rows "import-${export%/}"
done
tar --sort=name --mtime=@0 --owner=0 --group=0 -czf listens.tar.gz -C data listenbrainz lastfm
library=odd.db
once import-odd "odd files"
rows import-odd
library=all.db
once import-all "all exports"
rows import-all

(cd written && find . -type f) | while IFS= read -r file; do
  mkdir -p "$(dirname "$out/written/$file")"
  normalised <"written/$file" >"$out/written/$file"
done
missing=0
for verb in $(subverbs --help); do
  for sub in "" $(subverbs "${verb}_--help"); do
    if [ -z "${used[$verb${sub:+ $sub}]:-}" ]; then echo "error: no command runs engine $verb $sub"; missing=1; fi
  done
done
echo "$(find "$out" -type f | wc -l) files in $2"
exit $missing
