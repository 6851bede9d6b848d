#!/usr/bin/env bash
# Runs private servers for the tests: PostgreSQL, MariaDB (as mysql) and Redis, from
# the packages of the system, each on a free loopback port, with its data in a
# temporary directory. What is written is synced as on a production server.
#
#   eval "$(scripts/services.sh start)"    start all, or some: start postgres redis
#   scripts/services.sh env                print where they are once more
#   scripts/services.sh restart postgres   orderly; same port, same data
#   scripts/services.sh kill postgres      with SIGKILL; start brings it back
#   scripts/services.sh freeze postgres    with SIGSTOP; thaw lets it go on
#   scripts/services.sh stop postgres      orderly; without a name all, and their data goes
#   scripts/services.sh run [postgres …]   start, wait for the end of standard input, stop all:
#                                          servers that end with whoever holds the other end
#   scripts/services.sh install            install what is missing, as start does
#
# VOD_SERVICES is the directory of it all; start makes one and prints it. Servers that
# are not installed are left out with a word on it; with CI=true they are installed
# (by root, with apt-get) or an error.
set -euo pipefail

names=(postgres mysql redis)
nobody=65534 # runs the servers if root starts them: PostgreSQL and MariaDB refuse root

# What Debian leaves out of the PATH: the programs of PostgreSQL, and of administrators.
for dir in /usr/lib/postgresql/*/bin; do PATH=$dir:$PATH; done
PATH=$PATH:/usr/local/sbin:/usr/sbin

die() {
  echo "services.sh: $*" >&2
  exit 1
}

ci() { [ "${CI:-}" = true ]; }

# as_nobody runs a command without root's rights, which it may not have anyway.
as_nobody() {
  if [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid=$nobody --regid=$nobody --clear-groups -- "$@"
  else
    "$@"
  fi
}

# have says whether all the programs are here.
have() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || return; done
}

installed() {
  case $1 in
    postgres) have initdb postgres pg_isready createdb ;;
    mysql) have mariadbd mariadb-admin && [ -n "$(mysql_share)" ] ;;
    redis) have redis-server redis-cli ;;
  esac
}

# package says what holds a server, on Debian and its like.
package() {
  case $1 in
    postgres) echo postgresql ;;
    mysql) echo mariadb-server ;;
    redis) echo redis-server ;;
  esac
}

# install installs the packages, without letting them start servers of their own.
install() {
  local policy=/usr/sbin/policy-rc.d status=0
  [ -e $policy ] && policy=/dev/null
  if [ $policy != /dev/null ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
  fi
  {
    apt-get update -q &&
      DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
  } >&2 </dev/null || status=$?
  if [ $policy != /dev/null ]; then rm $policy; fi
  return $status
}

# available keeps those of the names whose servers are here, or can be had.
available() {
  local name missing=()
  for name in "$@"; do
    if ! installed "$name"; then missing+=("$(package "$name")"); fi
  done
  if [ ${#missing[@]} -gt 0 ] && ci && [ "$(id -u)" -eq 0 ] && have apt-get; then
    install "${missing[@]}" || die "apt-get cannot install ${missing[*]}"
  fi
  for name in "$@"; do
    if installed "$name"; then
      echo "$name"
    elif ci; then
      die "$name is not installed, and CI needs it: apt-get install $(package "$name")"
    else
      echo "services.sh: $name is not installed: tests that need it are skipped (apt-get install $(package "$name"))" >&2
    fi
  done
}

# alive says whether a process runs: one that nobody waited for does not.
alive() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:[[:space:]]*Z' "/proc/$1/status"; }

# pid prints the process of a server, if there is one.
pid() { if [ -e "$VOD_SERVICES/$1/pid" ]; then cat "$VOD_SERVICES/$1/pid"; fi; }

# children prints the processes of a process: PostgreSQL has one per connection.
children() { cat "/proc/$1/task/$1/children" 2>/dev/null || pgrep -P "$1" || true; }

# gone waits until the processes are gone.
gone() {
  local p
  for p in "$@"; do
    while alive "$p"; do sleep 0.02; done
  done
}

# free_port prints a port on which nobody listens, below those that the system
# gives to outgoing connections: a server has to find it free when it restarts.
free_port() {
  local port
  while
    port=$((12000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
  do :; done
  echo "$port"
}

# mysql_share prints the directory of the files that make the system tables.
mysql_share() {
  local dir
  for dir in /usr/share/mysql /usr/share/mariadb "$(dirname "$(command -v mariadbd)")/../share/mysql"; do
    if [ -e "$dir/mysql_system_tables.sql" ]; then
      echo "$dir"
      return
    fi
  done
}

# prepare makes the data of a new server.
prepare() {
  local name=$1 dir=$VOD_SERVICES/$1
  mkdir "$dir" "$dir/data" "$dir/tmp"
  od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$dir/password"
  if [ "$(id -u)" -eq 0 ]; then chown -R $nobody:$nobody "$dir"; fi
  if ! "prepare_$name" "$dir" >>"$dir/log" 2>&1 </dev/null; then
    tail -n 20 "$dir/log" >&2
    die "$name: its data cannot be made"
  fi
}

prepare_postgres() {
  as_nobody initdb -D "$1/data" -U vod --pwfile="$1/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --wal-segsize=4 --no-sync --no-instructions
}

prepare_mysql() {
  local share
  share=$(mysql_share)
  {
    printf '%s;\n' 'CREATE DATABASE mysql' 'USE mysql' 'SET @auth_root_socket = NULL'
    cat "$share/mysql_system_tables.sql"
    printf '%s;\n' 'FLUSH PRIVILEGES' "CREATE USER vod@'127.0.0.1' IDENTIFIED BY '$(cat "$1/password")'" \
      "GRANT ALL ON *.* TO vod@'127.0.0.1'" 'CREATE DATABASE vod'
  } | as_nobody mariadbd --no-defaults --bootstrap --datadir="$1/data" --tmpdir="$1/tmp" --lc-messages-dir="$share/english" \
    --skip-log-bin --innodb-fast-shutdown=1 --innodb-log-file-size=16M
}

prepare_redis() { :; }

# launch starts a server that was prepared, and waits until it answers.
launch() {
  local name=$1 dir=$VOD_SERVICES/$1 tries=5
  if [ -e "$dir/port" ]; then
    tries=1
    if [ -n "$(pid "$name")" ] && alive "$(pid "$name")"; then return; fi
  fi
  while [ "$tries" -gt 0 ]; do
    tries=$((tries - 1))
    if [ ! -e "$dir/port" ]; then free_port >"$dir/port"; fi
    ("launch_$name" "$dir" "$(cat "$dir/port")") </dev/null >>"$dir/log" 2>&1 3<&- &
    echo $! >"$dir/pid"
    if answers "$name"; then
      if [ ! -e "$dir/ready" ]; then
        if [ "$name" = postgres ]; then make_database "$dir"; fi
        : >"$dir/ready"
      fi
      return
    fi
    if [ ! -e "$dir/ready" ]; then rm "$dir/port"; fi # someone else took it, perhaps
  done
  tail -n 20 "$dir/log" >&2
  die "$name does not start"
}

# replace becomes a server, out of reach of signals to the group of its parent.
replace() {
  local before=()
  if have setsid; then before=(setsid); fi
  if [ "$(id -u)" -eq 0 ]; then before+=(setpriv --reuid=$nobody --regid=$nobody --clear-groups --); fi
  exec ${before[@]+"${before[@]}"} "$@"
}

# Only loopback, no socket files, small memory. Syncing is what tests of restarts rely on.

launch_postgres() {
  replace postgres -D "$1/data" -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=200 \
    -c shared_buffers=32MB -c max_wal_size=128MB -c dynamic_shared_memory_type=mmap
}

launch_mysql() {
  # A temporary directory of its own: when it starts, it clears those of others in /tmp.
  replace mariadbd --no-defaults --datadir="$1/data" --tmpdir="$1/tmp" --port="$2" --bind-address=127.0.0.1 --socket="$1/socket" \
    --pid-file="$1/data/pid" --lc-messages-dir="$(mysql_share)/english" --skip-name-resolve \
    --innodb-flush-log-at-trx-commit=1 --innodb-doublewrite=1 --max-connections=200 \
    --innodb-buffer-pool-size=64M --innodb-log-file-size=16M
}

launch_redis() {
  replace redis-server --bind 127.0.0.1 --port "$2" --requirepass "$(cat "$1/password")" --dir "$1/data" \
    --appendonly yes --appendfsync always --save '' --databases 16 --maxclients 200
}

# make_database makes the database of the URL, which initdb cannot.
make_database() {
  PGPASSWORD=$(cat "$1/password") createdb -h 127.0.0.1 -p "$(cat "$1/port")" -U vod --template=template0 vod
}

# answers waits until a server answers; it fails if the server ends or takes a minute.
answers() {
  local name=$1 dir=$VOD_SERVICES/$1 deadline=$((SECONDS + 60))
  until "answers_$name" "$(cat "$dir/port")" "$(cat "$dir/password")" >/dev/null 2>&1 </dev/null; do
    if ! alive "$(pid "$name")" || [ "$SECONDS" -gt "$deadline" ]; then return 1; fi
    sleep 0.05
  done
  alive "$(pid "$name")" # or else it was another that answered
}

answers_postgres() { pg_isready -h 127.0.0.1 -p "$1"; }

answers_mysql() { MYSQL_PWD=$2 mariadb-admin --no-defaults -h 127.0.0.1 -P "$1" -u vod ping; }

answers_redis() { [ "$(REDISCLI_AUTH=$2 redis-cli -h 127.0.0.1 -p "$1" ping)" = PONG ]; }

# url prints the URL of a server.
url() {
  local at
  at="$(cat "$VOD_SERVICES/$1/password")@127.0.0.1:$(cat "$VOD_SERVICES/$1/port")"
  case $1 in
    postgres) echo "postgres://vod:$at/vod?sslmode=disable" ;;
    mysql) echo "mysql://vod:$at/vod" ;;
    redis) echo "redis://default:$at" ;;
  esac
}

# environment prints the lines for eval, in POSIX shell.
environment() {
  local name
  echo "export VOD_SERVICES='$VOD_SERVICES'"
  for name in "${names[@]}"; do
    if [ -e "$VOD_SERVICES/$name/ready" ]; then
      echo "export VOD_TEST_$(echo "$name" | tr a-z A-Z)='$(url "$name")'"
    fi
  done
}

# start starts servers: those that are new are prepared side by side.
start() {
  local name here jobs=()
  here=$(available "$@")
  if [ -z "${VOD_SERVICES:-}" ]; then
    VOD_SERVICES=$(mktemp -d "${TMPDIR:-/tmp}/vod-services.XXXXXX")
  else
    mkdir -p "$VOD_SERVICES"
  fi
  if [ "$(id -u)" -eq 0 ]; then chown $nobody:$nobody "$VOD_SERVICES"; fi
  cd "$VOD_SERVICES"
  VOD_SERVICES=$PWD
  as_nobody test -x "$VOD_SERVICES" || die "user $nobody may not enter $VOD_SERVICES: set TMPDIR to a place for all"
  for name in $here; do
    if [ ! -e "$name" ]; then
      prepare "$name" &
      jobs+=($!)
    fi
  done
  for name in ${jobs[@]+"${jobs[@]}"}; do wait "$name"; done
  for name in $here; do launch "$name"; done
}

# stop stops a server in the order that it likes.
stop() {
  local p
  p=$(pid "$1")
  if [ -z "$p" ]; then return; fi
  case $1 in
    postgres) kill -INT "$p" 2>/dev/null || true ;; # ends sessions; TERM would wait for them
    *) kill -TERM "$p" 2>/dev/null || true ;;
  esac
  kill -CONT "$p" $(children "$p") 2>/dev/null || true
  gone "$p"
  rm -f "$VOD_SERVICES/$1/pid"
}

# signal sends a signal to all processes of a server, the first one before those
# that it makes.
signal() {
  local p
  p=$(pid "$2")
  if [ -z "$p" ] || ! alive "$p"; then die "$2 does not run"; fi
  kill "-$1" "$p"
  kill "-$1" $(children "$p") 2>/dev/null || true
}

# kill_server ends a server as the lack of memory or the end of a machine does.
kill_server() {
  local p family
  p=$(pid "$1")
  signal STOP "$1"
  family="$p $(children "$p")"
  kill -KILL $family 2>/dev/null || true
  gone $family
  rm -f "$VOD_SERVICES/$1/pid"
  if [ "$1" = postgres ]; then forget_postgres; fi
}

# forget_postgres removes what a killed PostgreSQL leaves outside its tables, as the
# restart of a machine would: its piece of System V memory, named in the seventh line
# of its lock, and the lock, which holds as long as nobody waited for the process.
forget_postgres() {
  local lock=$VOD_SERVICES/postgres/data/postmaster.pid memory
  memory=$(sed -n '7s/.* //p' "$lock")
  rm "$lock"
  if [ -n "$memory" ]; then ipcrm -m "$memory" 2>/dev/null || true; fi
}

# stop_all stops the servers at once and removes what they wrote.
stop_all() {
  local name
  for name in "${names[@]}"; do
    if [ -e "$VOD_SERVICES/$name/pid" ] && alive "$(pid "$name")"; then kill_server "$name"; fi
  done
  cd /
  for name in "${names[@]}"; do rm -rf "${VOD_SERVICES:?}/$name"; done
  rmdir "$VOD_SERVICES" 2>/dev/null || true
}

# clean_up stops what this script itself started.
clean_up() { if [ -n "${VOD_SERVICES:-}" ]; then stop_all; fi; }

command=${1:-}
if [ $# -gt 0 ]; then shift; fi
for name in "$@"; do
  case " ${names[*]} " in
    *" $name "*) ;;
    *) die "there is no server $name, only ${names[*]}" ;;
  esac
done
case $command in
  start | run)
    if [ $# -eq 0 ]; then set -- "${names[@]}"; fi
    ;;
  env | stop | restart | kill | freeze | thaw)
    [ -d "${VOD_SERVICES:-}" ] || die "VOD_SERVICES is not the directory that start printed"
    ;;
esac

case $command in
  start)
    if [ -z "${VOD_SERVICES:-}" ]; then trap clean_up EXIT; fi # if it fails
    start "$@"
    trap - EXIT
    environment
    ;;
  run)
    if [ -z "${VOD_SERVICES_SESSION:-}" ] && have setsid; then
      VOD_SERVICES_SESSION=own exec setsid bash "$0" run "$@" # signals to the caller's group are not for us
    fi
    trap : HUP INT TERM PIPE
    trap clean_up EXIT
    exec 3<&0 </dev/null
    start "$@"
    environment
    exec >/dev/null 2>&1 # whoever reads until the end has all
    cat <&3
    ;;
  install) available "${names[@]}" >/dev/null ;;
  env) environment ;;
  stop)
    if [ $# -eq 0 ]; then stop_all; fi
    for name in "$@"; do stop "$name"; done
    ;;
  restart)
    for name in "$@"; do
      stop "$name"
      launch "$name"
    done
    ;;
  kill) for name in "$@"; do kill_server "$name"; done ;;
  freeze) for name in "$@"; do signal STOP "$name"; done ;;
  thaw) for name in "$@"; do signal CONT "$name"; done ;;
  *)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p;}' "$0" >&2
    exit 2
    ;;
esac
