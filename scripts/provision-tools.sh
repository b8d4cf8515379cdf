#!/usr/bin/env bash
# Installs by apt the tools that building and running need and that are missing here. Does nothing when all are there.
set -euo pipefail

declare -A package_of=([cmake]=cmake [gcc]=gcc [make]=make [nft]=nftables [ip]=iproute2)
PATH=$PATH:/usr/sbin:/sbin

packages=()
for tool in "${!package_of[@]}"; do
  command -v "$tool" > /dev/null || packages+=("${package_of[$tool]}")
done
[ -e /usr/include/stdio.h ] || packages+=(libc6-dev)
((${#packages[@]})) || exit 0

if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "missing packages: ${packages[*]}; install them, or run this as root on a Debian system" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${packages[@]}"; } > "$log" 2>&1; then
  cat "$log" >&2
  echo "could not install ${packages[*]}: apt's own messages are above" >&2
  exit 1
fi
