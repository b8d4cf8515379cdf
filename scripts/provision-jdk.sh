#!/usr/bin/env bash
# Provides another JDK for the tests, without touching the system: provision-jdk.sh HOME VERSION [SUITE]
#
# Unpacks Debian's openjdk-VERSION of SUITE (default trixie) and the C library it was built for beside HOME, and makes HOME lead
# there. Does nothing where HOME has a java already. The tests take it with -Dsojourn.jdks=HOME.
set -euo pipefail

fail() {
  echo "provision-jdk: $1" >&2
  exit 1
}

[ $# -ge 2 ] && [ $# -le 3 ] || fail "usage: provision-jdk.sh HOME VERSION [SUITE]"
home=$(realpath -ms "$1") version=$2 suite=${3:-trixie}
here=$(dirname "$0")
[ ! -x "$home/bin/java" ] || exit 0
command -v patchelf > /dev/null || "$here/apt-install.sh" patchelf

root=$home.root
rm -rf "$root"
mkdir -p "$root"
trap 'rm -rf "$root"' EXIT
"$here/unpack-packages.sh" "$root" "$suite" "openjdk-$version-jdk-headless"
jdk=$root/usr/lib/jvm/java-$version-openjdk-amd64
[ -x "$jdk/bin/java" ] || fail "suite $suite has no openjdk-$version"

# Its settings lie in /etc of a system that is not installed.
find "$jdk" "$root/etc" -type l -lname '/*' | while read -r link; do
  ln -sfn "$(realpath -ms --relative-to "$(dirname "$link")" "$root$(readlink "$link")")" "$link"
done
# A program finds its loader by an absolute path, and that one the libraries by what the program says.
lib=$root/usr/lib/x86_64-linux-gnu
for program in "$jdk"/bin/* "$jdk/lib/jspawnhelper"; do
  [ -L "$program" ] || patchelf --set-interpreter "$lib/ld-linux-x86-64.so.2" --force-rpath --set-rpath "\$ORIGIN/../lib:\$ORIGIN:$lib" "$program"
done
"$jdk/bin/java" -Xshare:dump > "$root/log" 2>&1 || { cat "$root/log" >&2; fail "openjdk-$version does not start here"; }
trap - EXIT
ln -sfn "$jdk" "$home"
"$home/bin/java" -version 2>&1 | head -n 1
