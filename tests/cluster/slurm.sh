#!/usr/bin/env bash
# A real Slurm on this machine: three nodes make the lists of eight shards, one node is lost with its tasks in the
# middle, and what comes out is what one process makes.
#
#   slurm.sh BUILD-FOLDER SOURCE-FOLDER      77: there is no Slurm here, or it may not be started
set -euo pipefail
engine=$1/engine source=$2
for program in sbatch slurmctld slurmd munged scontrol; do
  PATH=$PATH:/usr/sbin command -v $program >/dev/null || { echo "skipped: there is no $program: apt-get install slurm-wlm munge"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: slurmd runs tasks as root only"; exit 77; }
export PATH=$PATH:/usr/sbin

# Of a cluster of this test's own: nobody else's node is called so.
a=test$$a b=test$$b c=test$$c
tasks_of() { grep -lsz "^SLURMD_NODENAME=$1$" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
# The slurmstepd above each of them.
watchers_of() {
  local pid
  for pid in $(tasks_of "$1"); do
    while [ "${pid:-1}" -gt 1 ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != slurmstepd ]; do
      pid=$(awk '/^PPid:/ {print $2}' "/proc/$pid/status" 2>/dev/null)
    done
    if [ "${pid:-1}" -gt 1 ]; then echo "$pid"; fi
  done | sort -u
}

work=$(mktemp -d /tmp/playlist-slurm-XXXXXX)
daemons=()
end() {
  for pid in "${daemons[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  for name in $a $b $c; do kill -9 $(watchers_of $name) $(tasks_of $name) 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT
fail() {
  echo "FAILED: $*" >&2
  tail -n 30 "$work"/log/*.log "$work"/cluster/log/*.log >&2 2>/dev/null || true
  exit 1
}
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# ---- the cluster
mkdir -p "$work"/{log,state,spool/$a,spool/$b,spool/$c}
chmod 755 "$work"
head -c 1024 /dev/urandom > "$work/munge.key"
chmod 600 "$work/munge.key"
munged --force --foreground --key-file="$work/munge.key" --socket="$work/munge.sock" --pid-file="$work/munge.pid" \
  --log-file="$work/log/munge.log" --seed-file="$work/munge.seed" 2> "$work/log/munged.log" &
daemons+=($!)
disown
host=$(hostname -s)
cat > "$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge.sock
SlurmctldPort=$(free_port)
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/%n.pid
SlurmctldLogFile=$work/log/ctld.log
SlurmdLogFile=$work/log/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ReturnToService=2
SlurmdTimeout=5
MpiDefault=none
SlurmdParameters=config_overrides
JobRequeue=1
KillWait=2
MinJobAge=3600
NodeName=$a NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=2 RealMemory=2000
NodeName=$b NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=2 RealMemory=2000
NodeName=$c NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=2 RealMemory=2000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
for _ in $(seq 100); do [ -S "$work/munge.sock" ] && break; sleep 0.1; done
slurmctld -D -f "$SLURM_CONF" > "$work/log/ctld.out" 2>&1 &
daemons+=($!)
disown
declare -A node
for name in $a $b $c; do
  slurmd -D -N $name -f "$SLURM_CONF" > "$work/log/$name.out" 2>&1 &
  node[$name]=$!
  daemons+=($!)
  disown
done
for _ in $(seq 300); do
  [ "$(sinfo -h -o '%D %t' 2>/dev/null)" = "3 idle" ] && break
  sleep 0.2
done
[ "$(sinfo -h -o '%D %t')" = "3 idle" ] || fail "the nodes did not come up: $(sinfo -h -o '%D %t')"

# ---- the people, and what one process makes of them
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache
now=2026-11-21
"$engine" --quiet demo "$work/people" --now $now --users 48 --tracks 600 --artists 80 --listens 800 > /dev/null
cat > "$work/slow.lua" <<'LUA'
local pl = require "playlist"
return pl.recipe {
  title = "Slow",
  build = function(p, user)
    local sum = 0
    for k = 1, 1000000 do sum = sum + k % 7 end -- takes a while, so that a node can be lost in the middle
    return user.listens:most_played(20):sample { temperature = 0.5 }:limit { tracks = 5 }
  end,
}
LUA
library=$work/people/library.db
"$engine" --quiet --library "$library" --now $now batch "$work/slow.lua" --out "$work/one" > /dev/null
"$engine" --quiet --library "$library" --now $now train als > /dev/null
hash_of() { "$engine" --library "$library" models als --json | grep -o '"hash": "[0-9a-f]*"' | head -1; }
trained_alone=$(hash_of)
export PLAYLIST_TRAIN_PATIENCE_SECONDS=1 # six tasks run at once, and do not wait long for the other two
submit() {
  "$source/scripts/cluster/slurm.sh" --library "$library" --recipe "$work/slow.lua" --now $now --shards 8 \
    --folder "$work/cluster" --engine "$engine" --train als "$@"
}
submit --wait -- --mem=100 > "$work/submitted.txt" 2>&1 &
submitted=$!

# ---- one node is lost with all that runs on it
begun() { ls "$work"/cluster/lists/*.making 2>/dev/null | wc -l; }
for _ in $(seq 600); do
  if [ "$(begun)" -ge 3 ] && [ -n "$(tasks_of $b)" ]; then break; fi
  sleep 0.1
done
[ -n "$(tasks_of $b)" ] || fail "no task ran on the node that was to be lost"
# What watches over the tasks goes first: it would tell that they have failed, and these are to be lost without a word.
kill -9 "${node[$b]}" $(watchers_of $b) 2>/dev/null || true
kill -9 $(tasks_of $b) 2>/dev/null || true
echo "lost $b when $(ls "$work"/cluster/lists/lists-*.jsonl 2>/dev/null | wc -l) of 8 shards were made"

# Slurm holds a task that it puts into the queue again back for two minutes: it is let go at once.
requeued=""
for _ in $(seq 1200); do
  kill -0 $submitted 2>/dev/null || break
  for job in $(squeue -h -r -t PENDING -o '%i %r' 2>/dev/null | awk '/BeginTime/ {print $1}'); do
    requeued+="$job "
    scontrol update jobid="$job" StartTime=now 2>/dev/null || true
  done
  sleep 0.2
done
wait $submitted || fail "slurm.sh --wait: $(cat "$work/submitted.txt")"
cat "$work/submitted.txt"

# ---- what came of it
restarts=$(scontrol show job -o | grep -o 'Restarts=[0-9]*' | cut -d= -f2 | sort -n | tail -1)
[ "$restarts" -ge 1 ] || fail "nothing was put into the queue again"
for shard in 1 2 3 4 5 6 7 8; do
  [ "$(ls "$work/cluster/lists/lists-$shard-of-8.jsonl" | wc -l)" = 1 ] || fail "shard $shard is not there once"
done
[ "$(begun)" = 0 ] || fail "something is still being made"
cmp "$work/one/lists.jsonl" "$work/cluster/lists/lists.jsonl" || fail "the lists are not those of one process"
newest=$(ls -t "$work"/cluster/lists/lists*.jsonl | head -1)
[ "$newest" = "$work/cluster/lists/lists.jsonl" ] || fail "gather did not run last: $newest"

versions=$("$engine" --library "$library" models als --json | grep -c '"hash": ')
[ "$versions" = 2 ] || fail "there are $versions versions of als, and not one of one process and one of eight tasks"
[ "$(hash_of)" = "$trained_alone" ] || fail "als of eight tasks is not that of one process"

# ---- again: nothing is left to do, and nothing changes; then one shard is made anew
before=$(stat -c '%Y %i' "$work"/cluster/lists/lists-*.jsonl "$work"/cluster/shards/*/library.db)
slurmd -D -N $b -f "$SLURM_CONF" > "$work/log/$b.out" 2>&1 &
daemons+=($!)
disown
submit --wait > "$work/submitted.txt" 2>&1 || fail "again: $(cat "$work/submitted.txt")"
[ "$before" = "$(stat -c '%Y %i' "$work"/cluster/lists/lists-*.jsonl "$work"/cluster/shards/*/library.db)" ] || fail "the second call made something again"
rm "$work/cluster/lists/lists-5-of-8.jsonl" "$work/cluster/lists/lists.jsonl"
submit --wait > "$work/submitted.txt" 2>&1 || fail "a shard anew: $(cat "$work/submitted.txt")"
cmp "$work/one/lists.jsonl" "$work/cluster/lists/lists.jsonl" || fail "the lists are others with a shard made anew"
echo "8 shards once, $restarts restart(s) at most of a task (held back: ${requeued:-none}), lists of $(wc -l < "$work/one/lists.jsonl") people equal"
