#!/usr/bin/env bash
# Deploys both functions to Function Compute with Serverless Devs (s), in the order that
# loses nothing: check, build, MNS function, tables, HTTP function, callback.
#
#   scripts/deploy.sh        asks before it changes the callback in VOD
#   scripts/deploy.sh -n     checks the settings, and says what it would do
#   scripts/deploy.sh -y     asks nothing, and so leaves the callback in VOD as it is
#
# Settings are those of .env (see .env.example), which s reads, too; the environment goes
# before. Credentials are ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET,
# also for s, in place of what "s config add" has stored.
#
# The first time it finds out the address that the platform gave the HTTP function, adds
# a path that nobody can guess, notes it as VOD_CALLBACK_URL in .env and deploys again:
# the address is part of VOD's signature.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  echo "deploy.sh: $*" >&2
  exit 1
}

dry=
yes=
for arg in "$@"; do
  case $arg in
    -n) dry=yes ;;
    -y) yes=yes ;;
    *) die "it takes -n (say what would be done) and -y (ask nothing)" ;;
  esac
done

# setting prints the value of a setting: that of the environment, or else of .env.
setting() {
  local value=${!1:-}
  if [ -z "$value" ] && [ -f .env ]; then
    value=$(sed -n "s/^[[:space:]]*\(export[[:space:]]*\)\{0,1\}$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 |
      sed -e 's/[[:space:]]*$//' -e "s/^'\([^']*\)'.*\$/\1/" -e 's/^"\([^"]*\)".*$/\1/' -e 's/^#.*$//' -e 's/[[:space:]]#.*$//')
  fi
  printf '%s' "$value"
}

# always runs a step also when it is only to be said what would be done.
always() {
  echo
  echo "== $1"
  shift
  "$@"
}

step() {
  if [ -z "$dry" ]; then
    always "$@"
    return
  fi
  echo
  echo "== $1"
  shift
  echo "would run: $*"
}

# credentials hands the credentials of the environment to s, as its alias "default".
credentials() {
  local id secret token account=$1
  id=$(setting ALIBABA_CLOUD_ACCESS_KEY_ID)
  secret=$(setting ALIBABA_CLOUD_ACCESS_KEY_SECRET)
  token=$(setting ALIBABA_CLOUD_SECURITY_TOKEN)
  if [ -z "$id" ] || [ -z "$secret" ]; then
    die "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set: a RAM user's, with the rights to deploy"
  fi
  default_serverless_devs_key=$(printf '{"AccountID":"%s","AccessKeyID":"%s","AccessKeySecret":"%s"%s}' \
    "$account" "$id" "$secret" "${token:+,\"SecurityToken\":\"$token\"}")
  export default_serverless_devs_key
}

# note writes a setting into .env, in the place of the line that is there, if one is.
note() {
  local name=$1 value=$2
  umask 077
  copy=$(mktemp .env.XXXXXX)
  trap 'rm -f "$copy"' EXIT
  awk -v line="^[[:space:]]*(export[[:space:]]+)?$name[[:space:]]*=" '$0 !~ line' .env >"$copy" # ends each line
  printf '%s=%s\n' "$name" "$value" >>"$copy"
  mv "$copy" .env
}

# unknown tells whether VOD calls us and signs with a key that the functions would not know,
# so that they would refuse every callback.
unknown() {
  local is url
  is=$(bin/vodctl callback get --json 2>/dev/null) || return 1 # none is set, or we may not see it
  for url in $(setting VOD_CALLBACK_URL); do
    case $is in *'"type":"HTTP"'*"\"url\":\"$url\""*'"signed":true,"auth_key":0,'*) [ "$(setting VOD_AUTH)" != off ] && return 0 ;; esac
  done
  return 1
}

[ -f .env ] || die ".env is not there: copy .env.example, and fill in what has to be set"
account=$(setting ALIBABA_CLOUD_ACCOUNT_ID)
[ -n "$account" ] || die "ALIBABA_CLOUD_ACCOUNT_ID is not set"
[ -n "$(setting VOD_AUTH_KEY)" ] || [ "$(setting VOD_AUTH)" = off ] ||
  die "neither VOD_AUTH_KEY nor VOD_AUTH=off is set: without a key whoever knows the address could send events"
command -v go >/dev/null || die "go is not installed: see https://go.dev/dl"
command -v node >/dev/null || die "node is not installed, which Serverless Devs needs: see https://nodejs.org"
command -v s >/dev/null || die "s is not installed: npm install -g @serverless-devs/s"
[ -n "$dry" ] || [ -n "$yes" ] || [ -t 0 ] || die "there is no terminal to ask at: give -y, and set the callback in VOD by bin/vodctl callback set"
credentials "$account"

always "build vodctl" go build -trimpath -o bin/vodctl ./scripts/vodctl
always "check the settings and s.yaml" bin/vodctl doctor --offline
if unknown; then
  die "VOD signs with a key that is not in VOD_AUTH_KEY, and every callback would be refused: put its key behind the new one until bin/vodctl callback set has changed it"
fi
step "build both functions" scripts/build.sh
step "deploy the MNS function" s mns deploy -y
step "make or upgrade the tables" bin/vodctl migrate --remote
step "deploy the HTTP function" s http deploy -y

if [ -z "$(setting VOD_CALLBACK_URL)" ]; then
  if [ -n "$dry" ]; then
    echo
    echo "== find out the address"
    echo "would note VOD_CALLBACK_URL in .env, with the address that the platform gave the HTTP function, and deploy it again"
  else
    always "find out the address" true
    secret=$(od -An -N9 -tx1 /dev/urandom | tr -d ' \n')
    url=$(bin/vodctl callback url --path "/vod/$secret")
    note VOD_CALLBACK_URL "$url"
    echo "noted as VOD_CALLBACK_URL in .env: ${url%"$secret"}…"
    always "deploy the HTTP function with its address" s http deploy -y
  fi
fi

if [ -n "$yes" ]; then
  echo
  echo "The callback in VOD is as it was. bin/vodctl callback set says what it would replace, and asks."
else
  step "tell VOD the address" bin/vodctl callback set || told=no
fi
step "check what is deployed" bin/vodctl doctor --remote
[ -z "${told:-}" ] || die "the callback may not be set: bin/vodctl callback get says what it is, bin/vodctl callback set sets it"
