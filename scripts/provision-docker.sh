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

exec "$(dirname "$0")/apt-install.sh" "${packages[@]}"
