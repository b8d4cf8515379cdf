#!/usr/bin/env bash
# Installs by apt what Sojourn is compared with, and is missing here: sshfs, sshd, socat. Starts no service.
set -euo pipefail

declare -A package_of=([sshfs]=sshfs [sshd]=openssh-server [ssh]=openssh-client [socat]=socat [ip]=iproute2 [tc]=iproute2)
PATH=$PATH:/usr/sbin:/sbin

packages=()
for tool in "${!package_of[@]}"; do
  command -v "$tool" > /dev/null || packages+=("${package_of[$tool]}")
done
((${#packages[@]})) || exit 0

if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "missing packages: ${packages[*]}; install them, or run this as root on a Debian system" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# invoke-rc.d starts no service in this run level: sshd is run by hand, on a port and with keys of the benchmark's own.
export RUNLEVEL=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${packages[@]}"; } > "$log" 2>&1; then
  cat "$log" >&2
  echo "could not install ${packages[*]}: apt's own messages are above" >&2
  exit 1
fi
