#!/bin/sh
# Configures and builds native parts, and installs what changed: build.sh BUILD_DIR JDK_HOME DEST_DIR [SOURCE_DIR]
# Says nothing when it succeeds; all that cmake and the compiler said when it does not.
set -eu
build=$1 jdk=$2 dest=$3
source=${4:-$(dirname "$0")}
log=$build/build.log
mkdir -p "$build"
if ! command -v cmake > /dev/null; then
  echo "cmake is missing; scripts/provision-tools.sh installs what the build needs" >&2
  exit 1
fi
{
  cmake --log-level=WARNING -S "$source" -B "$build" -DJDK_HOME="$jdk" -DCMAKE_INSTALL_PREFIX="$dest" &&
  cmake --build "$build" --target install --parallel "$(nproc)" -- --no-print-directory
} > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
