#!/usr/bin/env bash
# Runs a command with a Docker engine at its disposal: with-docker.sh [--to-build] COMMAND...
#
# A running engine is used as it is (DOCKER_HOST, or the usual socket). Where none answers, one of its own is started,
# and ended with all that it runs when the command ends, or when this script does, however that happens: it lives in a
# pid namespace, which the kernel empties. What it mounts and routes is in namespaces as well, so the machine's mounts,
# networks and packet filters stay as they are. Images are kept in SOJOURN_DOCKER, /var/cache/sojourn/docker by
# default; one at a time may use them, others wait.
#
# Containers have a network among themselves. With --to-build there is none, but `docker build --network host` reaches
# what this machine reaches.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

fail() {
  echo "with-docker: $1" >&2
  exit 1
}

to_build=
if [ "${1:-}" = --to-build ]; then
  to_build=1
  shift
fi
(($#)) || fail "usage: with-docker.sh [--to-build] COMMAND..."

if docker version > /dev/null 2>&1; then
  exec "$@"
fi
[ "$(id -u)" -eq 0 ] || fail "no Docker engine answers, and only root can start one: start one, or run this as root"
"$here/provision-docker.sh"
# Installed just now, it may have been started as well.
if docker version > /dev/null 2>&1; then
  exec "$@"
fi

data=${SOJOURN_DOCKER:-/var/cache/sojourn/docker}
mkdir -p "$data"
exec 9> "$data.lock"
flock 9

place=$(mktemp -d /run/sojourn-docker.XXXXXX)
engine=
command=

# Where the control groups of all containers lie. As one group they would get no more of a busy processor than any single
# process outside does: they count as much as twenty.
group=sojourn-docker
make_group() {
  local cpu=/sys/fs/cgroup/cpu/$group
  if [ -e /sys/fs/cgroup/cpu/cpu.shares ]; then
    mkdir -p "$cpu" && echo 20480 > "$cpu/cpu.shares"
  fi
}
remove_group() {
  find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} \; 2> /dev/null || true
}

# The processes that a process has started.
children() {
  cat "/proc/$1/task/"*/children 2> /dev/null || true
}

end() {
  local status=$? left
  trap - EXIT
  trap '' TERM INT HUP
  [ -z "$command" ] || ! kill -TERM "$command" 2> /dev/null || wait "$command" || true
  if [ -n "$engine" ]; then
    left=$(docker ps -aq 2> /dev/null) || left=
    # shellcheck disable=SC2086 # a word each
    [ -z "$left" ] || docker rm -f -v $left > /dev/null 2>&1 || true
    docker network prune -f > /dev/null 2>&1 || true
    # unshare itself would not hand it on.
    # shellcheck disable=SC2046
    kill -TERM $(children "$engine") 2> /dev/null || true
    wait "$engine" 2> /dev/null || true
    remove_group
  fi
  rm -rf "$place"
  exit "$status"
}
trap end EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP

export DOCKER_HOST=unix://$place/docker.sock
apart=(--mount --pid --fork --kill-child --mount-proc)
flags=(--data-root "$data" --exec-root "$place/exec" --pidfile "$place/pid" -H "$DOCKER_HOST" --cgroup-parent "/$group")
if [ -n "$to_build" ]; then
  flags+=(--bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false)
else
  apart+=(--net)
fi
make_group
# shellcheck disable=SC2016
unshare "${apart[@]}" sh -c 'ip link set lo up && exec dockerd "$@"' dockerd "${flags[@]}" > "$place/log" 2>&1 < /dev/null 9>&- &
engine=$!
until docker version > /dev/null 2>&1; do
  if ! kill -0 "$engine" 2> /dev/null; then
    cat "$place/log" >&2
    engine=
    fail "the Docker engine does not start; what it says is above"
  fi
  sleep 0.1
done

# In the background, so that a signal to this script is not kept until the command ends.
"$@" <&0 9>&- &
command=$!
status=0
wait "$command" || status=$?
command=
exit "$status"
