#!/usr/bin/env bash
# Builds the image of a node: node-image.sh [TAG]; "sojourn-node" by default. The product must be built before.
#
# The image that the Dockerfile begins with is taken from a registry where there is one. Elsewhere it is made here, by
# debootstrap, from the mirror that apt is configured for, and gets the same name; apt's settings for its way to the
# mirror come along, since the next steps need them as well.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$here")
tag=${1:-sojourn-node}

fail() {
  echo "node-image: $1" >&2
  exit 1
}

docker version > /dev/null 2>&1 || exec "$here/with-docker.sh" --to-build "$0" "$tag"
[ -e "$root/node/target/runtime/.built" ] || fail "the product is not built; first: mvn -DskipTests -pl node -am package"

base=$(sed -n 's/^FROM  *\([^ ]*\).*/\1/p' "$root/Dockerfile")
suite=${base#debian:}
suite=${suite%-slim}

work=
log=$(mktemp)
trap 'rm -rf "$log" "$work"' EXIT

make_base() {
  local mirror
  # In memory: dpkg syncs every file that it writes.
  work=$(mktemp -d /dev/shm/sojourn-base.XXXXXX)
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ { print; exit }')
  [ -n "$mirror" ] || fail "apt has no package mirror configured, or no lists yet (apt-get update)"
  echo "making $base of $mirror" >&2
  if ! debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/root" "$mirror" > "$work/log" 2>&1; then
    tail -n 30 "$work/log" >&2
    fail "debootstrap could not make $suite"
  fi
  # The suites of this distribution that apt knows here, security among them, and nobody else's.
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 ~ "^" suite && $4 == "Debian" { print "deb", $1, $2, $3 }' > "$work/root/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(http|https|Check)' > "$work/root/etc/apt/apt.conf.d/30acquire" || true
  rm -rf "$work/root/var/cache/apt/archives/"*.deb "$work/root/var/lib/apt/lists/"*
  tar -C "$work/root" -c . | docker import --change 'CMD ["bash"]' - "$base" > /dev/null
  rm -rf "$work"
}

if ! docker image inspect "$base" > /dev/null 2>&1 && ! docker pull -q "$base" > /dev/null 2>&1; then
  "$here/provision-docker.sh"
  make_base
fi

# Engines that are older than the builder of today build as they always did.
if ! DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} docker build --network host -t "$tag" "$root" > "$log" 2>&1; then
  cat "$log" >&2
  fail "docker build failed; what it says is above"
fi
