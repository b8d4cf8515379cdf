#!/usr/bin/env bash
# Installs by apt what scripts/with-docker.sh and scripts/node-image.sh need and that is missing here: an engine, and
# debootstrap. Does nothing when all is there.
set -euo pipefail

declare -A package_of=([docker]=docker.io [dockerd]=docker.io [debootstrap]=debootstrap)
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
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${packages[@]}"; } > "$log" 2>&1; then
  cat "$log" >&2
  echo "could not install ${packages[*]}: apt's own messages are above" >&2
  exit 1
fi
