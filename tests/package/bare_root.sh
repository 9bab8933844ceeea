#!/usr/bin/env bash
# The Debian packages in a root of Debian 12 with nothing but its essential packages: installed by apt with what they
# depend on, used by a person, a plugin built with the SDK's, upgraded, removed, purged; nothing is left but what is
# the person's.
#
#   bash tests/package/bare_root.sh BUILD      BUILD is built; asks Debian's mirror; some minutes
#
# PLAYLIST_BARE_ROOT=FOLDER is a root that debootstrap --variant=minbase has made, which is copied. Skipped, with why,
# by status 77 where it may not or cannot run.
set -euo pipefail

skip() {
  echo "skipped: $1"
  exit 77
}

[ -n "${PLAYLIST_PACKAGE_TEST:-}" ] || skip "it takes minutes and asks Debian's mirror: bash scripts/test.sh --package"
[ "$(id -u)" -eq 0 ] || skip "only root makes a root"
for program in debootstrap cpack dpkg-shlibdeps unshare; do
  command -v "$program" >/dev/null || skip "there is no $program"
done
mirror=${PLAYLIST_DEBIAN_MIRROR:-http://deb.debian.org/debian}
curl -sfIo /dev/null --max-time 20 "$mirror/dists/bookworm/Release" || skip "$mirror is not reached"
# Mounts and processes of it end with it.
if [ -z "${PLAYLIST_IN_ITS_OWN_NAMESPACE:-}" ]; then
  unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces of its own"
  PLAYLIST_IN_ITS_OWN_NAMESPACE=1 exec unshare --mount --pid --fork --kill-child bash "$0" "$@"
fi

build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'umount -lR "$work/root/proc" "$work/root/dev" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
root=$work/root

step() { echo "== $*"; }
fail() {
  echo "error: $*" >&2
  exit 1
}
in_root() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
  ${http_proxy:+http_proxy="$http_proxy"} /usr/sbin/chroot "$root" "$@"; }
# As the person who listens, in their home.
person() { env -i HOME=/home/ann USER=ann PATH=/usr/bin:/bin LC_ALL=C.UTF-8 /usr/sbin/chroot --userspec=ann:ann "$root" \
  bash -euc "cd; $1"; }
install() { in_root apt-get install -y -qq --no-install-recommends "$@" >"$work/apt.log" 2>&1 ||
  { cat "$work/apt.log" >&2; fail "apt-get install $*"; }; }
holds() { grep -qF -- "$2" <<<"$1" || fail "\"$2\" is missing in:
$1"; }
# Every path of the root with its type and, of what is no folder, its bytes; but for what others keep books in.
listing() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./sys -o -path ./tmp -o -path ./home \
  -o -path ./packages -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune \
  -o -printf '%y %p %l\n' | LC_ALL=C sort); }

make_packages() {
  step "packages: of this version, and of a later one"
  # As the README says; and the same once more.
  export DEBFULLNAME="Ann of the Tests" DEBEMAIL=ann@example.org
  PLAYLIST_BUILD=$build PLAYLIST_PACKAGES=$work/cpack bash "$source/scripts/package.sh" >"$work/package.log" 2>&1 ||
    { cat "$work/package.log" >&2; fail "scripts/package.sh"; }
  cpack --config "$build/CPackConfig.cmake" -B "$work/cpack" -R 99.0 >"$work/cpack.log" 2>&1 ||
    { cat "$work/cpack.log" >&2; fail "cpack"; }
  ls -sh1 "$work"/cpack/*.deb
  if command -v lintian >/dev/null; then
    lintian --no-cfg --fail-on error,warning "$work"/cpack/*_"$version"_*.deb || fail "lintian"
  fi
}

make_root() {
  step "a bare root"
  if [ -n "${PLAYLIST_BARE_ROOT:-}" ]; then
    cp -a "$PLAYLIST_BARE_ROOT" "$root"
  else
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
      { tail -5 "$work/debootstrap.log" >&2; fail "debootstrap"; }
  fi
  mkdir "$root/packages"
  cp "$work"/cpack/*.deb "$root/packages"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  echo 'APT::Sandbox::User "root";' >"$root/etc/apt/apt.conf.d/00-as-root"  # /packages is read by it, too
  in_root apt-get update -qq
  in_root useradd --create-home ann
}

look_at_packages() {
  step "what is recommended can be had"
  in_root apt-get install -y -qq --simulate "/packages/playlist-engine_${version}_$arch.deb" >"$work/simulated"
  local package
  for package in libavcodec libaubio libxgboost libjs-codemirror ca-certificates; do
    grep -q "^Inst $package" "$work/simulated" || fail "$package is not recommended"
  done
  step "installed"
  install "/packages/playlist-engine_${version}_$arch.deb"
  # Whatever the engine loads at run time and is not recommended is there.
  local soname libraries
  libraries=$(in_root ldconfig -p)
  for soname in libcurl.so libmicrohttpd.so libarchive.so libexpat.so; do
    holds "$libraries" "$soname"
  done
  [ ! -e "$root/var/lib/dpkg/info/playlist-engine.postinst" ] || fail "a program of the package runs as root"
  in_root dpkg --verify playlist-engine
}

use_it() {
  step "a person's first minutes"
  holds "$(person 'engine')" "engine demo"
  holds "$(person 'engine --version')" "engine $version"
  holds "$(person 'engine help')" "recipes"
  holds "$(person 'engine help columns')" "t.energy"
  person 'engine demo' 2>&1
  holds "$(person 'engine run weekly')" "Weekly Mix"
  person 'engine why last "#1"' >/dev/null
  person 'engine train all' >/dev/null 2>"$work/train.log" || true  # trees want libxgboost, which is recommended
  holds "$(cat "$work/train.log")" "libxgboost"
  local told
  told=$(person 'engine doctor' 2>&1) || fail "engine doctor is not content: $told"
  echo "$told"
  person 'engine recipe new mine && engine check mine && engine run mine' >/dev/null
}

serve_it() {
  step "the page"
  person 'engine serve --port 0 --json >serve.json 2>serve.log & server=$!
    for _ in $(seq 100); do [ -s serve.json ] && break; sleep 0.1; done
    [ -s serve.json ] || { cat serve.log >&2; exit 1; }
    read -r host port < <(sed -E "s|.*\"page\":\"http://([^:]*):([0-9]+)/.*|\1 \2|" serve.json)
    exec 3<>"/dev/tcp/$host/$port"
    printf "GET /api/openapi.json HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n" "$host" "$port" >&3
    read -r answer <&3
    kill -INT "$server"; wait "$server" || true
    case $answer in *" 401 "*) ;; *) echo "it answers: $answer" >&2; exit 1 ;; esac'
}

do_it_by_itself() {
  step "jobs"
  person 'engine jobs add mornings "0 7 * * *" -- run weekly' 2>&1
  [ -z "$(person 'engine jobs run-due')" ] || fail "a job is run as it is added"
  local day_after=$(($(date +%s) + 2 * 86400)) told
  told=$(person "engine --now $day_after jobs run-due") || fail "the job has failed: $told"
  echo "$told"
  holds "$told" "mornings: due"
  holds "$told" "done in"
  [ -z "$(person "engine --now $day_after jobs run-due")" ] || fail "what was run is run again"
  holds "$(person "engine --now $((day_after + 600)) jobs history mornings")" "Weekly Mix"
  holds "$(person 'engine jobs systemd')" 'ExecStart="/usr/bin/engine" jobs run-due'
  holds "$(cat "$root/usr/lib/systemd/user/playlist-engine-jobs.service")" "ExecStart=/usr/bin/engine jobs run-due"
  step "the bot, which nobody has connected"
  local status=0
  told=$(person 'engine bot' 2>&1) || status=$?
  [ "$status" -eq 3 ] || fail "engine bot ends with $status: $told"
  holds "$told" "engine connect telegram"
}

read_manuals() {
  step "the manual"
  install man-db
  local page
  for page in "1 engine" "1 engine-jobs-run-due" "1 engine-bot" "7 engine-columns"; do
    holds "$(person "man $page")" "${page#* }"
  done
}

complete_it() {
  step "completion: bash, zsh, fish"
  install bash-completion zsh fish
  local told
  told=$(person 'set +eu; source /usr/share/bash-completion/bash_completion; _completion_loader engine
    complete -p engine; COMP_WORDS=(engine playlist rest); COMP_CWORD=2; _engine; echo "${COMPREPLY[@]}"')
  holds "$told" "-F _engine"
  holds "$told" "restore"
  holds "$(person "zsh -fc 'autoload -Uz compinit; compinit -u -D; autoload +X _engine; echo \$_comps[engine]'")" "_engine"
  holds "$(person "fish -c 'complete -C \"engine playlist rest\"'")" "restore"
}

build_a_plugin() {
  step "a plugin of the person's own"
  local told
  told=$(person 'engine plugin new night --kind ranking' 2>&1) && fail "without the SDK there is nothing to begin with"
  holds "$told" "playlist-engine-dev"
  install "/packages/playlist-engine-dev_${version}_all.deb" g++ cmake make
  holds "$(person 'engine plugin new night --kind ranking && cmake -S night -B night/build && cmake --build night/build &&
    ctest --test-dir night/build --output-on-failure && engine --plugins night/build plugins info ranking.night')" \
    "ranking.night"
  [ -e "$root/usr/share/doc/playlist-engine/plugin-guide.md" ] || fail "the guide is missing"
}

upgrade() {
  step "upgraded"
  install "/packages/playlist-engine_99.0_$arch.deb" /packages/playlist-engine-dev_99.0_all.deb
  [ "$(in_root dpkg-query -W -f '${Version} ${Maintainer}' playlist-engine)" = "99.0 $DEBFULLNAME <$DEBEMAIL>" ] ||
    fail "it is not the later one, or of somebody else"
  person 'engine replay 2' >/dev/null || fail "a run of before is another one now"
  holds "$(person 'engine replay 1' || true)" "changed since: model.discovery: not trained then"  # engine train all
  person 'engine doctor' >/dev/null
}

remove() {
  step "removed and purged"
  listing >"$work/before"
  in_root dpkg -L playlist-engine playlist-engine-dev | sed 's/^/ ./' | LC_ALL=C sort -u >"$work/ours"
  in_root apt-get remove -y -qq playlist-engine-dev >/dev/null
  in_root apt-get purge -y -qq playlist-engine >/dev/null
  listing >"$work/after"
  # What was there before, without the paths of the packages that nobody else has.
  local others
  others=$(comm -13 "$work/before" "$work/after")
  [ -z "$others" ] || fail "removing it made: $others"
  awk 'NR == FNR {ours[$1] = 1; next} !($2 in ours)' "$work/ours" "$work/before" >"$work/theirs"
  awk 'NR == FNR {ours[$1] = 1; next} !($2 in ours)' "$work/ours" "$work/after" >"$work/rest"
  cmp -s "$work/theirs" "$work/rest" || fail "removing it took: $(comm -23 "$work/theirs" "$work/rest")"
  local left
  left=$(find "$root" -xdev \( -path "$root/home" -o -path "$root/packages" -o -path "$root/proc" \
    -o -path "$root/dev" \) -prune -o -iname '*playlist[-_]engine*' -print; ls -d "$root/usr/bin/engine" 2>/dev/null || true)
  [ -z "$left" ] || fail "this is left: $left"
  ! in_root dpkg-query -W playlist-engine 2>/dev/null | grep -q . || fail "dpkg still knows of it"
  [ -s "$root/home/ann/.local/share/playlist-engine/library.db" ] || fail "the person's library has gone"
  [ -s "$root/home/ann/.config/playlist-engine/recipes/mine.lua" ] || fail "the person's recipe has gone"
}

version=$(sed -n 's/^set(CPACK_PACKAGE_VERSION "\(.*\)")/\1/p' "$build/CPackConfig.cmake")
arch=$(dpkg --print-architecture)
make_packages
make_root
look_at_packages
use_it
serve_it
do_it_by_itself
read_manuals
complete_it
build_a_plugin
upgrade
remove
step "done"
