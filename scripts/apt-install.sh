#!/usr/bin/env bash
# Installs Debian packages: scripts/apt-install.sh PACKAGE...; does nothing where none is named.
set -euo pipefail
(($#)) || exit 0

if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "missing packages: $*; install them, or run this as root on a Debian system" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"; } > "$log" 2>&1; then
  cat "$log" >&2
  echo "could not install $*: apt's own messages are above" >&2
  exit 1
fi
