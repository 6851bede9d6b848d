#!/usr/bin/env bash
# Builds both functions for deployment on Linux: bin/http/main and bin/mns/main.
#
#   scripts/build.sh          for amd64
#   scripts/build.sh arm64
#   scripts/build.sh -n       builds nothing, says only what would be linked
#
# With VOD_STORE, VOD_SINKS, VOD_FALLBACK and VOD_DEAD_LETTER_QUEUE set as they will be for
# the functions, they link only what these name; with none of them set, all there is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOWORK=off

die() {
  echo "build.sh: $*" >&2
  exit 1
}

# implementations prints what can be left out, such as store/sqlite.
implementations() {
  local file
  for file in shared/{store,sink,fallback}/all/*.go; do
    case $file in *'*'* | */doc.go | *_test.go) continue ;; esac
    file=${file#shared/}
    echo "${file/all\//}"
  done | sed 's/\.go$//'
}

# chosen prints what the URLs of a setting name: the packages behind the seam that
# register their schemes.
chosen() {
  local seam=$1 setting=$2 urls url scheme file
  read -r -d '' -a urls <<<"${!setting:-}" || true
  for url in ${urls[@]+"${urls[@]}"}; do
    scheme=$(echo "${url%%:*}" | tr A-Z a-z)
    [[ $url == *:* && $scheme =~ ^[a-z][a-z0-9+.-]*$ ]] || die "$setting: a URL has no scheme" # and is not quoted: it may be a secret
    file=$(grep -lF "$seam.Register(\"$scheme\"," "shared/$seam"/*/*.go | grep -v '_test\.go$' || true)
    [ -n "$file" ] || die "$setting: nothing in shared/$seam has the scheme $scheme"
    file=${file#shared/}
    echo "${file%/*}"
  done
}

arch=amd64
dry=
for arg in "$@"; do
  case $arg in
    -n) dry=yes ;;
    amd64 | arm64) arch=$arg ;;
    *) die "it takes -n, amd64 or arm64" ;;
  esac
done

linked=$(implementations)
words='[^[:space:]]'
if [[ ${VOD_STORE:-}${VOD_SINKS:-}${VOD_FALLBACK:-}${VOD_DEAD_LETTER_QUEUE:-} =~ $words ]]; then
  [[ ${VOD_STORE:-} =~ $words ]] || die "VOD_STORE is not set, others are: set it too, or none to link everything"
  linked=$(chosen store VOD_STORE && chosen sink VOD_SINKS && chosen fallback VOD_FALLBACK && chosen fallback VOD_DEAD_LETTER_QUEUE)
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

for function in http mns; do
  CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -buildvcs=false -ldflags='-s -w' -tags="$tags" \
    -o "bin/$function/main" "./functions/$function"
  wc -c "bin/$function/main" | awk -v arch="$arch" '{ printf "%s: linux/%s, %.1f MB\n", $2, arch, $1 / 1e6 }'
done
