# Sourced by quickstart.sh and test.sh: installs what config/packages.txt names and is not there yet.

# With --without-tests not what stands there under "# only tests".
install_packages() {
  local listed wanted missing=() sudo=""
  listed=$(cat config/packages.txt)
  if [ "${1:-}" = --without-tests ]; then listed=$(sed '/^# only tests/,$d' <<<"$listed"); fi
  wanted=$(sed 's/#.*//' <<<"$listed")
  for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  if [ "$(id -u)" -ne 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null || {
      echo "error: these packages are missing: ${missing[*]}" >&2
      echo "  fix:   run this as root, or install sudo, or: apt-get install ${missing[*]}" >&2
      return 3
    }
  fi
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  # An image without package lists knows no package yet.
  if ! apt-cache show "${missing[0]}" >/dev/null 2>&1; then $sudo apt-get update -qq; fi
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  }
}

# Jobs for the build: one per core, but no more than memory carries (about 1.5 GiB each).
build_jobs() {
  local cores memory_gib
  cores=$(nproc)
  memory_gib=$(awk '/MemAvailable/ {print int($2 / 1048576 / 1.5)}' /proc/meminfo)
  if [ "$memory_gib" -lt 1 ]; then memory_gib=1; fi
  if [ "$cores" -gt "$memory_gib" ]; then echo "$memory_gib"; else echo "$cores"; fi
}
