#!/usr/bin/env bash
# Provides a CRIU that can freeze JVMs, without touching the system: provision-criu.sh PREFIX [SUITE]
#
# Unpacks Debian's criu from SUITE (default forky) together with the C library it was built for into PREFIX, and
# writes PREFIX/criu, a wrapper that runs it. Does nothing where PREFIX/criu is already 4.2 or newer. Debian 12's own
# 3.17 cannot start on Linux >= 6.13, and 4.1 cannot dump TCP connections there.
set -euo pipefail

needed=4.2
fail() {
  echo "provision-criu: $1" >&2
  exit 1
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail "usage: provision-criu.sh PREFIX [SUITE]"
prefix=$(realpath -m "$1")
suite=${2:-forky}

# The version that a criu prints ("Version: 4.2.1"), or nothing.
version_of() {
  "$1" --version 2> /dev/null | sed -n 's/^Version: *//p' || true
}

# Whether version $1 is at least $needed.
new_enough() {
  [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$needed" "$1" | sort -V | head -n 1)" = "$needed" ]
}

if [ -x "$prefix/criu" ] && new_enough "$(version_of "$prefix/criu")"; then
  # Wrappers from before tasks of other users lack the option.
  [ ! -d "$prefix/root" ] || sed -i '1s|^#!/bin/sh$|#!/bin/sh -p|' "$prefix/criu"
  exit 0
fi

# Beside the prefix, so that the last step is a rename in one file system; whoever is killed leaves no half prefix.
mkdir -p "$(dirname "$prefix")"
work=$(mktemp -d "$prefix.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 0755 "$work"
"$(dirname "$0")/unpack-packages.sh" "$work/root" "$suite" criu

# The wrapper finds its own place when it runs: it is written before the rename, and may be moved after it. -p: a shell whose real
# uid is another than its effective one gives the latter up, and CRIU is run so for tasks of other users.
cat > "$work/criu" << 'W'
#!/bin/sh -p
here=$(dirname "$(readlink -f "$0")")
root=$here/root
lib=$root/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/usr/sbin/criu" "$@"
W
chmod 0755 "$work/criu"
got=$(version_of "$work/criu")
new_enough "$got" || fail "suite $suite has criu ${got:-that does not start here}; $needed or newer is needed"

# An older or broken prefix gives way; directories cannot be swapped by rename alone.
if [ -e "$prefix" ]; then
  old=$(mktemp -d "$prefix.XXXXXX")
  mv "$prefix" "$old/old"
  trap 'rm -rf "$work" "$old"' EXIT
fi
mv -T "$work" "$prefix"
echo "criu $got in $prefix"
