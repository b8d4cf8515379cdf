#!/usr/bin/env bash
# Installs by apt the tools that building and running need and that are missing here; with --tests those of the tests as
# well. Does nothing when all are there.
set -euo pipefail

declare -A package_of=([cmake]=cmake [gcc]=gcc [make]=make [nft]=nftables [ip]=iproute2)
[ "${1:-}" != --tests ] || package_of+=([fio]=fio [mkfs.ext4]=e2fsprogs [mkfs.xfs]=xfsprogs [mkfs.btrfs]=btrfs-progs)
PATH=$PATH:/usr/sbin:/sbin

packages=()
for tool in "${!package_of[@]}"; do
  command -v "$tool" > /dev/null || packages+=("${package_of[$tool]}")
done
[ -e /usr/include/stdio.h ] || packages+=(libc6-dev)

exec "$(dirname "$0")/apt-install.sh" "${packages[@]}"
