#!/usr/bin/env bash
# Checks everything that is no test, cheapest first, and stops at the first failure.
#
#   scripts/check.sh              all checks
#   scripts/check.sh lint fuzz    only these
#
# FUZZTIME says how long each fuzz target runs (default 6s); one input may take
# 5 s, and in less time than that nothing that hangs is seen. The tools are those
# of scripts/tools/go.mod.
#
# Most of the time goes into compiling SQLite and the SDKs for every combination of
# settings. So vet, build, lint and bench share the settings of a plain go build, and
# checks that need others leave out what links these libraries, unless WHOLE=yes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOWORK=off

checks=(format modules vet build portable lint manifests jsonv2 fuzz bench vulnerabilities)

current=
tmp=$(mktemp -d)
finish() {
  local status=$?
  rm -rf "$tmp"
  if [ "$status" -eq 0 ]; then
    echo "check.sh: passed in $SECONDS s"
  else
    echo "check.sh: FAILED${current:+ in $current} after $SECONDS s"
  fi
}
trap finish EXIT
trap 'exit 130' INT TERM

tool() { go tool -modfile=scripts/tools/go.mod "$@"; }

# each_module runs a command in the directory of every module that holds a file
# of this name.
each_module() {
  local files=$1 mod dir
  shift
  while IFS= read -r mod; do
    dir=$(dirname "$mod")
    if [ -n "$(find "$dir" -name "$files" -print -quit)" ]; then (cd "$dir" && "$@"); fi
  done < <(find . -name go.mod -not -path '*/testdata/*' | sort)
}

whole() { [ "${WHOLE:-}" = yes ]; }

# light lists those of the packages whose tests link no library of a store or sink.
light() {
  if whole; then
    go list "$@"
    return
  fi
  go list -test -f '{{.ImportPath}} {{join .Deps " "}}' "$@" |
    awk '$1 ~ /\.test$/ && !/ncruces\/go-sqlite3|jackc\/pgx|go-sql-driver|tablestore-go-sdk|twmb\/franz-go|redis\/rueidis|oss-go-sdk/ {
      sub(/\.test$/, "", $1); print $1 }'
}

# without prints the tags that leave out every store and sink.
without() { sed -n 's|^//go:build !\(no[a-z0-9]*\)$|\1|p' shared/*/all/*.go | sort -u | paste -sd, -; }

# having keeps those of the packages on its input whose tests declare functions of a kind.
having() {
  xargs go list -f '{{.ImportPath}} {{.Dir}}' | while read -r pkg dir; do
    if grep -qsE "^func $1[A-Z]" "$dir"/*_test.go; then echo "$pkg"; fi
  done
}

check_format() {
  local files
  files=$(gofmt -l .)
  if [ -n "$files" ]; then
    echo "run gofmt -w on:"$'\n'"$files"
    return 1
  fi
}

check_modules() {
  each_module go.mod go mod tidy -diff
  each_module go.mod go mod verify
}

check_vet() {
  each_module '*.go' go vet ./...
  each_module '*.go' go fix -diff ./...
}

# check_build builds everything, then the functions with all left out that a tag can
# leave out, and as they are deployed. Sizes are those of deployment.
check_build() {
  go build -buildvcs=false ./...
  go build -buildvcs=false -tags="$(without)" -o "$tmp/bare/" ./functions/...
  scripts/build.sh "$(go env GOARCH)" | sed 's/^/  /'
}

# check_portable compiles the command line for the systems on which people work.
check_portable() {
  local os tags=
  if ! whole; then tags=$(without); fi
  for os in darwin windows; do
    GOOS=$os go vet -tags="$tags" ./scripts/vodctl
    GOOS=$os go build -tags="$tags" -o /dev/null ./scripts/vodctl
  done
}

check_lint() {
  tool golangci-lint config verify
  tool golangci-lint run
}

# check_manifests has others' programs look at s.yaml and template.yaml; our own rules are
# tests of scripts/manifest.
check_manifests() { scripts/manifests.sh; }

# check_jsonv2 tests with encoding/json built on the coming version 2.
check_jsonv2() {
  light ./shared/... | GOEXPERIMENT=jsonv2 xargs go test -vet=off
}

# fuzz runs one target, on one processor, and prints what it has to say if it fails.
fuzz() {
  local pkg=$1 target=$2 out
  out=$tmp/fuzz-${pkg##*/}-$target
  if go test -vet=off -run='^$' -fuzz="^$target\$" -fuzztime="${FUZZTIME:-6s}" -parallel=1 "$pkg" >"$out" 2>&1; then
    echo "$pkg $target"
    return
  fi
  # Until Go 1.27 the end of the time may look like a failure, go.dev/issue/75804.
  # A real one writes down its input, names the seed, or is a panic.
  if grep -q '^    context deadline exceeded$' "$out" &&
    ! grep -qE 'Failing input written|seed corpus entry|panic: ' "$out"; then
    echo "$pkg $target"
    return
  fi
  echo "$pkg $target FAILED"
  cat "$out"
  return 1
}

# check_fuzz runs as many targets at once as there are processors.
check_fuzz() {
  local pkg
  light ./... | having Fuzz | while read -r pkg; do
    go test -vet=off -list '^Fuzz' "$pkg" | sed -n "s|^Fuzz|$pkg Fuzz|p"
  done >"$tmp/targets"
  export -f fuzz
  export tmp
  xargs -n 2 -P "$(getconf _NPROCESSORS_ONLN)" bash -c 'fuzz "$@"' _ <"$tmp/targets"
}

check_bench() {
  go list ./... | having Benchmark | xargs go test -vet=off -run='^$' -bench=. -benchtime=1x
}

# check_vulnerabilities reports the advisories on what we link. A new one is
# nobody's change and fails nobody's checks; the nightly run fails on it.
check_vulnerabilities() {
  local status=0
  tool govulncheck ./... >"$tmp/vulnerabilities" 2>&1 || status=$?
  if [ "$status" -eq 1 ] && grep -q 'vuln\.go\.dev' "$tmp/vulnerabilities"; then
    echo "skipped: no vulnerability database"
    return
  fi
  cat "$tmp/vulnerabilities"
  [ "$status" -eq 0 ] || [ "$status" -eq 3 ] # 3: there are advisories
}

for name in "${@:-${checks[@]}}"; do
  if ! declare -F "check_$name" >/dev/null; then
    echo "check.sh: there is no check $name, only ${checks[*]}" >&2
    exit 2
  fi
  current=$name
  start=$SECONDS
  echo "== $name"
  "check_$name"
  echo "   $name: $((SECONDS - start)) s"
done
current=
