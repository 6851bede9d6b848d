#!/usr/bin/env bash
# Builds the functions for deployment on Linux: bin/http.zip and bin/mns.zip, and what is
# in them, bin/http/ and bin/mns/. The same archive runs on Function Compute (go1 with the
# handler main, custom.debian12 with the command ./main) and on AWS Lambda (bootstrap).
#
#   scripts/build.sh              both functions, for amd64
#   scripts/build.sh http         one of them
#   scripts/build.sh arm64        for Lambda or servers: Function Compute's runtimes are amd64
#   scripts/build.sh -n           builds nothing, says only what would be linked
#
# With VOD_STORE, VOD_SINKS, VOD_FALLBACK and VOD_DEAD_LETTER_QUEUE set as they will be for
# the functions, in the environment or else in .env, they link only what these name; with
# none of them set, all there is. The same files and settings, built by the same release of
# Go, give the same bytes, wherever and whenever they are built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOWORK=off GOFLAGS= GOEXPERIMENT= # what is not said here does not change the bytes

die() {
  echo "build.sh: $*" >&2
  exit 1
}

# pack runs scripts/pack on this machine, whatever is being built for.
pack() { env -u GOOS -u GOARCH go run ./scripts/pack "$@"; }

# implementations prints what can be left out, such as store/sqlite.
implementations() {
  local file
  for file in shared/{store,sink,fallback}/all/*.go; do
    case $file in *'*'* | */doc.go | *_test.go) continue ;; esac
    file=${file#shared/}
    echo "${file/all\//}"
  done | sed 's/\.go$//'
}

# chosen prints the packages that register the schemes on its input, such as
# "VOD_STORE postgres".
chosen() {
  local setting scheme seam file
  while read -r setting scheme; do
    case $setting in
      VOD_STORE) seam=store ;;
      VOD_SINKS) seam=sink ;;
      *) seam=fallback ;;
    esac
    file=$(grep -lF "$seam.Register(\"$scheme\"," "shared/$seam"/*/*.go | grep -v '_test\.go$' || true)
    [ -n "$file" ] || die "$setting: nothing in shared/$seam has the scheme $scheme"
    file=${file#shared/}
    echo "${file%/*}"
  done
}

arch=amd64
dry=
functions="http mns"
for arg in "$@"; do
  case $arg in
    -n) dry=yes ;;
    amd64 | arm64) arch=$arg ;;
    http | mns) functions=$arg ;;
    *) die "it takes -n, amd64 or arm64, http or mns" ;;
  esac
done

linked=$(implementations)
schemes=$(pack -schemes)
if [ -n "$schemes" ]; then
  # Unless they are told otherwise, deployments use queues of MNS as fallback and for dead letters.
  linked=$(echo fallback/mns && chosen <<<"$schemes")
fi
linked=$(echo "$linked" | sort -u)
# lambda.norpc leaves out what only the former runtime go1.x of Lambda needs: net/rpc, which
# looks up methods by name, so that the linker keeps every method of everything, 16 MB of them.
# Source: github.com/aws/aws-lambda-go v1.55.1, lambda/rpc_function.go.
tags=lambda.norpc
for name in $(implementations | sed 's|.*/||' | sort -u); do # a tag leaves out all of a name, whatever they stand behind
  if ! echo "$linked" | grep -q "/$name\$"; then tags+=,no$name; fi
done
echo "linked: $(echo $linked)"
echo "tags: $tags"
if [ -n "$dry" ]; then exit; fi

size() { wc -c <"$1" | awk '{ printf "%.1f MB", $1 / 1e6 }'; }

for function in $functions; do
  CGO_ENABLED=0 GOOS=linux GOARCH=$arch GOAMD64=v1 GOARM64=v8.0 \
    go build -trimpath -buildvcs=false -ldflags='-s -w' -tags="$tags" -o "bin/$function/main" "./functions/$function"
  cp scripts/aws/bootstrap "bin/$function/bootstrap"
  chmod 755 "bin/$function/bootstrap"
  pack "bin/$function.zip" "bin/$function/main" "bin/$function/bootstrap"
  echo "bin/$function.zip: linux/$arch, $(size "bin/$function/main"), zipped $(size "bin/$function.zip")"
done
