#!/usr/bin/env bash
# Unpacks Debian packages of another suite, and all that they depend on, the C library too, into a directory of their own:
# unpack-packages.sh DIRECTORY SUITE PACKAGE...
#
# Packages come from the mirror that apt is configured for; apt's lists and the system's packages stay as they are.
set -euo pipefail

fail() {
  echo "$(basename "$0" .sh): $1" >&2
  exit 1
}

[ $# -ge 3 ] || fail "usage: unpack-packages.sh DIRECTORY SUITE PACKAGE..."
root=$1 suite=$2
shift 2

[ "$(uname -m)" = x86_64 ] || fail "only x86_64 is supported, this is $(uname -m)"
for tool in apt-get dpkg dpkg-deb; do
  command -v "$tool" > /dev/null || fail "$tool is missing: this needs a Debian system; elsewhere install $* yourself"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "$keyring is missing: install debian-archive-keyring"

# Security mirrors hold no suite of their own for what we want: take the first of the others.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ { print; exit }')
[ -n "$mirror" ] || fail "apt has no package mirror configured (see /etc/apt/sources.list)"

apt=$(mktemp -d "$root.apt.XXXXXX")
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
# An empty status file: nothing counts as installed, so that the C library is fetched as well.
: > "$apt/status"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$apt/sources.list"
options=(
  -qq
  -o Dir::Etc::SourceList="$apt/sources.list"
  -o Dir::Etc::SourceParts=/dev/null
  -o Dir::State::Lists="$apt/lists"
  -o Dir::State::status="$apt/status"
  -o Dir::Cache="$apt/cache"
  -o APT::Sandbox::User=root
  -o Debug::NoLocking=true
)
if ! apt-get "${options[@]}" update > "$apt/log" 2>&1; then
  cat "$apt/log" >&2
  fail "cannot read suite $suite from $mirror"
fi
if ! apt-get "${options[@]}" install -y --no-install-recommends --download-only "$@" > "$apt/log" 2>&1; then
  cat "$apt/log" >&2
  fail "cannot fetch $* of suite $suite from $mirror"
fi
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb -x "$package" "$root" || fail "cannot unpack $(basename "$package")"
done
