#!/usr/bin/env bash
# Checks s.yaml and template.yaml with what others made for them: the command line of
# Serverless Devs with the schema of its component fc3, and Alibaba Cloud's typed packages
# for ROS. (What these do not look into, go test ./scripts/manifest does.)
#
#   scripts/manifests.sh
#
# Needs node 18 or later and npm, which with CI=true are a must; else the checks are skipped
# where there are none. Everything is installed into a temporary directory, and nothing of
# it is kept. FC3_SCHEMA=<file> is the schema, src/schema.json of github.com/devsapp/fc3;
# else it is fetched from there, and where that is out of reach a small one of our own
# stands in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fc3_commit=4ca1c1b8c33e654438bb73b64cfc95a5c9d94f5a # version 0.1.22, of 2026-05-28
packages="@serverless-devs/s@3.1.10 yaml@2.9.1
  @alicloud/ros-cdk-core@1.12.0 @alicloud/ros-cdk-cms@1.15.0 @alicloud/ros-cdk-fc3@1.11.0 @alicloud/ros-cdk-ots@1.11.0
  @alicloud/ros-cdk-ram@1.12.0 @alicloud/ros-cdk-ros@1.11.0 @alicloud/ros-cdk-sls@1.11.0"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  if [ "${CI:-}" = true ]; then
    echo "manifests.sh: CI needs node and npm" >&2
    exit 1
  fi
  echo "manifests.sh: skipped: no node, or no npm"
  exit
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# fetch_schema fetches the schema of that commit from the public repository.
fetch_schema() {
  git init -q "$tmp/fc3" &&
    GIT_TERMINAL_PROMPT=0 git -C "$tmp/fc3" -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=10 \
      fetch -q --depth=1 --filter=blob:none https://github.com/devsapp/fc3 "$fc3_commit" &&
    git -C "$tmp/fc3" show FETCH_HEAD:src/schema.json >"$tmp/schema.json"
} 2>/dev/null

if [ -n "${FC3_SCHEMA:-}" ]; then
  cp "$FC3_SCHEMA" "$tmp/schema.json"
  schema="the schema in FC3_SCHEMA"
elif fetch_schema; then
  schema="the schema of fc3"
else
  cp scripts/manifest/fc3.json "$tmp/schema.json"
  schema="a small schema of our own, since that of fc3 is out of reach"
fi

mkdir "$tmp/home" "$tmp/modules"
# shellcheck disable=SC2086 # they are words
npm install --prefix "$tmp/modules" --no-save --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error $packages >/dev/null
echo "s.yaml, by Serverless Devs with $schema:"
HOME=$tmp/home node scripts/manifest/serverless.mjs "$tmp/modules" "$tmp/schema.json"
echo "template.yaml, by the typed packages of ROS:"
HOME=$tmp/home node scripts/manifest/ros.mjs "$tmp/modules"
