#!/usr/bin/env bash
# Lists for everybody on a Slurm cluster: models trained, the library taken apart, an array of tasks that make the
# lists, one file of all. Each step begins when the one before has ended well; a task whose node is lost is put into
# the queue again.
#
#   slurm.sh --library FILE --recipe RECIPE --now TIME --shards N --folder DIR [--set NAME=VALUE]...
#            [--train MODEL]... [-- SBATCH-OPTIONS]
#
#   --folder DIR   all nodes see it: DIR/shards, DIR/lists with lists.jsonl in the end, DIR/log
#   --train MODEL  before all else, as of --now, by N tasks: DIR/train/MODEL
#   --engine FILE  the program, where it is not `engine` on the path
#   --wait         ends when all is done, with the status of the last step
#
# The same call again makes what is missing, and nothing else. What stands behind -- goes to every sbatch.
set -euo pipefail

usage() {
  sed -n '6,13s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

library="" recipe="" now="" shards="" folder="" engine=engine is_waiting=false
parameters=() models=()
while [ $# -gt 0 ]; do
  case $1 in
    --wait) is_waiting=true; shift; continue ;;
    --) shift; break ;;
    --library | --recipe | --now | --shards | --folder | --engine | --set | --train)
      [ $# -ge 2 ] || { echo "error: $1 needs a value" >&2; usage; } ;;
    *) echo "error: slurm.sh has no option $1" >&2; usage ;;
  esac
  case $1 in
    --set) parameters+=(--set "$2") ;;
    --train) models+=("$2") ;;
    *) declare "${1#--}=$2" ;;
  esac
  shift 2
done
for needed in library recipe now shards folder; do
  [ -n "${!needed}" ] || { echo "error: --$needed is needed" >&2; usage; }
done
command -v sbatch >/dev/null || {
  echo "error: there is no sbatch here: this is for a machine of a Slurm cluster" >&2
  exit 3
}

mkdir -p "$folder/lists" "$folder/log"
folder=$(realpath "$folder")
library=$(realpath "$library")
# A recipe may be one of the engine's own, by its name.
if [ -f "$recipe" ]; then recipe=$(realpath "$recipe"); fi

# submit NAME OPTION... -- WORD...: a job that runs these words, which may speak of the task's variables.
submit() {
  local name=$1 options=() words
  shift
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  words=$*
  sbatch --parsable --job-name="$name" --requeue --open-mode=append "${options[@]}" "${sbatch_options[@]}" \
    --wrap "$words" | cut -d';' -f1
}
sbatch_options=("$@")
quoted() { printf '%q ' "$@"; }

# A library takes one new model at a time, so that each merge waits for the one before.
trained=""
for model in "${models[@]}"; do
  parts=$folder/train/$model done_mark=$folder/train/$model.$now
  [ ! -e "$done_mark" ] || continue
  train=("$engine" --library "$library" --now "$now" train "$model" --make-folders)
  tasks=$(submit playlist-train --array="1-$shards" --output="$folder/log/train-$model-%a.log" -- \
    "$(quoted "${train[@]}" --shard auto --into "$parts")")
  trained=$(submit playlist-merge --dependency="afterok:$tasks${trained:+,afterok:$trained}" --kill-on-invalid-dep=yes \
    --output="$folder/log/train-$model.log" -- "$(quoted "${train[@]}" --merge "$parts") && $(quoted touch "$done_mark")")
  echo "train $model $tasks (1-$shards), then merge $trained: parts in $parts"
done

take_apart=$(submit playlist-scatter ${trained:+--dependency="afterok:$trained" --kill-on-invalid-dep=yes} \
  --output="$folder/log/scatter.log" -- \
  "$(quoted "$engine" --library "$library" scatter "$folder/shards" --shards "$shards")")

# Of status 1 is a task whose lists are made, but for those of some people: gather tells of them.
make_lists=$(submit playlist-batch --array="1-$shards" --dependency="afterok:$take_apart" \
  --kill-on-invalid-dep=yes --output="$folder/log/batch-%a.log" -- \
  "$(quoted "$engine" --library "$folder/shards/shard-I-of-$shards/library.db" --now "$now" \
    batch "$recipe" --out "$folder/lists" --shard auto --jobs 1 "${parameters[@]}" |
    sed 's/shard-I-of/shard-${SLURM_ARRAY_TASK_ID}-of/') || [ \$? -eq 1 ]")

wait_options=()
if $is_waiting; then wait_options=(--wait); fi
echo "scatter $take_apart, batch $make_lists (1-$shards), then gather: $folder/lists/lists.jsonl; logs in $folder/log"
gather=$(submit playlist-gather --dependency="afterok:$make_lists" --kill-on-invalid-dep=yes "${wait_options[@]}" \
  --output="$folder/log/gather.log" -- "$(quoted "$engine" gather "$folder/lists")") || {
  echo "error: not all is made; $folder/log says why" >&2
  exit 1
}
echo "gather $gather"
