#!/usr/bin/env bash
# Runs all tests, of this module and of the modules nested in it. Needs Go; tests of
# PostgreSQL, MariaDB and Redis need these too (scripts/services.sh), and those of the
# console Chromium and npm; they are skipped where these are not installed.
#
#   scripts/test.sh                                  everything
#   scripts/test.sh -run Signature ./shared/vod/...  arguments go to go test; paths count from the top
#
# Tests run in random order, and with the race detector where there is a C
# compiler. With CI=true those of shared/ run twice, the race detector, servers and browser
# are a must, and the coverage of shared/ has a floor.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOWORK=off

coverage_floor=90 # percent of the statements in shared/

tmp=$(mktemp -d)
servers= # set if they are ours to stop
finish() {
  local status=$?
  if [ -n "$servers" ]; then scripts/services.sh stop || true; fi
  rm -rf "$tmp"
  if [ "$status" -eq 0 ]; then
    echo "test.sh: passed in $SECONDS s"
  else
    echo "test.sh: FAILED after $SECONDS s"
  fi
}
trap finish EXIT
trap 'exit 130' INT TERM

ci() { [ "${CI:-}" = true ]; }

# have_race tells whether the race detector works here: platform, cgo, and a C
# compiler that finds the headers of the C library.
have_race() {
  local cc
  read -ra cc <<<"$(go env CC)"
  go list -race unsafe >/dev/null 2>&1 &&
    echo '#include <stdlib.h>' | "${cc[@]}" -x c -c -o /dev/null - >/dev/null 2>&1
}

# compile builds what will be tested and says how far it is: with an empty build
# cache this takes minutes, in which go test would say nothing.
compile() {
  local line n=0
  go build -v "$@" 2>&1 | while IFS= read -r line; do
    case $line in
      *[[:space:]]* | '#'*) echo "$line" ;; # a message
      *) # a package
        n=$((n + 1))
        if [ $((n % 25)) -eq 0 ]; then echo "  $n packages compiled"; fi
        ;;
    esac
  done
}

# coverage prints the share of covered statements per package and holds the floor.
# A block that several test binaries saw stands in the profile once for each.
coverage() {
  echo "coverage of shared/:"
  awk -v floor="$coverage_floor" '
    NR > 1 { size[$1] = $2; if ($3 > 0) hit[$1] = 1 }
    END {
      for (block in size) {
        pkg = block
        sub(/\/[^\/]*$/, "", pkg)
        sub(/^.*\/shared\//, "shared/", pkg)
        all[pkg] += size[block]; total += size[block]
        if (block in hit) { seen[pkg] += size[block]; covered += size[block] }
      }
      for (pkg in all) printf "  %5.1f %%  %s\n", 100 * seen[pkg] / all[pkg], pkg | "sort -k3"
      close("sort -k3")
      share = total ? 100 * covered / total : 0
      printf "  %5.1f %%  in all, at least %d %%\n", share, floor
      exit share < floor
    }' "$1"
}

# start_servers starts the servers that tests share. They end with the other end of
# their input: with this script and what it runs, even if that is killed.
start_servers() {
  mkfifo "$tmp/environment"
  exec 9> >(exec scripts/services.sh run >"$tmp/environment")
  eval "$(cat "$tmp/environment")"
  [ -n "${VOD_SERVICES:-}" ] || exit 1 # services.sh said why
  servers=ours
}

args=(-shuffle=on -timeout=20m)
build=()
if have_race; then
  race=on
  args+=(-race)
  build+=(-race)
elif ci; then
  echo "test.sh: CI needs the race detector, and that needs a C compiler" >&2
  exit 1
else
  race="off: no C compiler"
  export CGO_ENABLED=0 # half a compiler is worse than none
fi

packages=(./...)
for arg in "$@"; do
  case $arg in ./* | ../* | .) packages=() ;; esac # the caller says which
done

echo "test.sh: $(go env GOVERSION) $(go env GOOS)/$(go env GOARCH), race detector $race"
if [ $# -gt 0 ]; then
  go test "${args[@]}" "$@" ${packages[@]+"${packages[@]}"}
  exit # packages that need servers start them
fi

if [ -z "${VOD_SERVICES:-}" ]; then start_servers; fi
running=${VOD_TEST_POSTGRES:+ postgres}${VOD_TEST_MYSQL:+ mysql}${VOD_TEST_REDIS:+ redis}
echo "servers:${running:- none, and so tests that need one are skipped}"
if ci; then
  echo "building and testing …"
  # Twice in one process shows what a test leaves behind. Those of functions/ and scripts/
  # have most of what they test in processes of its own.
  go test "${args[@]}" -vet=off -count=2 ./shared/...
  go test "${args[@]}" -vet=off -skip '^TestChaos' ./functions/... ./scripts/...
  # The fault bench by itself: what it breaks for some seconds has to be mended on time.
  echo "breaking things …"
  go test "${args[@]}" -vet=off -v -run '^TestChaos' ./functions >"$tmp/chaos" || {
    cat "$tmp/chaos"
    exit 1
  }
  sed -n '/^The fault bench/,$p' "$tmp/chaos"
  # The race detector makes counting take longer than the tests.
  echo "testing once more, with coverage …"
  go test -vet=off -shuffle=on -timeout=20m -coverpkg=./shared/... -coverprofile=cover.out ./shared/... >"$tmp/output" || {
    cat "$tmp/output"
    exit 1
  }
  coverage cover.out
else
  echo "building (the first time takes minutes, later ones seconds) …"
  compile ${build[@]+"${build[@]}"} ./...
  echo "testing …"
  go test "${args[@]}" ./...
fi

while IFS= read -r mod; do
  dir=$(dirname "$mod")
  if [ -n "$(find "$dir" -name '*_test.go' -print -quit)" ]; then
    echo "testing $dir …"
    (cd "$dir" && go test "${args[@]}" ./...)
  fi
done < <(find . -mindepth 2 -name go.mod -not -path '*/testdata/*' | sort)
