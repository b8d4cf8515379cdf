#!/usr/bin/env bash
# Installs by apt what Sojourn is compared with, and is missing here: sshfs, sshd, socat. Starts no service.
set -euo pipefail

declare -A package_of=([sshfs]=sshfs [sshd]=openssh-server [ssh]=openssh-client [socat]=socat [ip]=iproute2 [tc]=iproute2)
PATH=$PATH:/usr/sbin:/sbin

packages=()
for tool in "${!package_of[@]}"; do
  command -v "$tool" > /dev/null || packages+=("${package_of[$tool]}")
done

# invoke-rc.d starts no service in this run level: sshd is run by hand, on a port and with keys of the benchmark's own.
export RUNLEVEL=1
exec "$(dirname "$0")/../scripts/apt-install.sh" "${packages[@]}"
