# Sourced by ckpt and ckptd: finds the JDK, builds what is not built, and provides the class path.

java=

fail() {
  echo "$1" >&2
  exit 1
}

# Sets java, jdk (its home), jdk_version and jdk_flags. Reads the JDK's release file: starting a JVM only to ask costs 50 ms.
find_jdk() {
  if [ -n "${JAVA_HOME:-}" ]; then
    [ -x "$JAVA_HOME/bin/java" ] || fail "JAVA_HOME is $JAVA_HOME, and there is no bin/java in it; set it to a JDK, 17 or newer"
    java=$JAVA_HOME/bin/java
  else
    java=$(command -v java) || fail "no JDK found; install one, 17 or newer, or set JAVA_HOME"
  fi
  java=$(readlink -f "$java")
  jdk=${java%/bin/java}
  jdk_version=
  if [ -r "$jdk/release" ]; then
    local line
    while IFS= read -r line; do
      [[ $line == JAVA_VERSION=* ]] && jdk_version=${line#*=} && jdk_version=${jdk_version//\"/}
    done < "$jdk/release"
  fi
  if [ -z "$jdk_version" ]; then
    jdk_version=$("$java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')
  fi
  local major=${jdk_version%%[!0-9]*}
  [ "${major:-0}" -ge 17 ] || fail "$java is version ${jdk_version:-unknown}; a JDK 17 or newer is needed (set JAVA_HOME)"
  # Otherwise JNA and Netty print warnings when they load their native halves (JEP 472).
  jdk_flags=()
  [ "$major" -lt 24 ] || jdk_flags=(--enable-native-access=ALL-UNNAMED)
}

# Whether any source of the run time is newer than the last build.
stale() {
  local stamp=$runtime/.built
  [ -e "$stamp" ] || return 0
  local sources=() module
  for module in protocol agent-native engine checkpointer/agent checkpointer/pipeline repository home-node-proxy restore node examples; do
    sources+=("$root/$module/pom.xml")
    [ -d "$root/$module/src/main" ] && sources+=("$root/$module/src/main")
  done
  sources+=("$root/pom.xml" "$root/checkpointer/pom.xml" "$root/agent-native/CMakeLists.txt" "$root/agent-native/src")
  [ -n "$(find "${sources[@]}" -newer "$stamp" -print -quit)" ]
}

build() {
  command -v mvn > /dev/null || fail "ckpt is not built yet and there is no Maven; install Maven 3.8 or newer"
  [ -x "$jdk/bin/javac" ] || fail "$jdk has no compiler; install a JDK rather than a JRE, 17 or newer"
  "$root/scripts/provision-tools.sh"
  echo "building (once)..." >&2
  (cd "$root" && JAVA_HOME=$jdk mvn -B -q -DskipTests -pl node -am package) >&2 || fail "the build failed; its messages are above"
}

# Builds what is stale. Leaves runtime set.
provide() {
  # Where it was put without its sources, nothing is ever built.
  runtime=$root/runtime
  [ ! -e "$runtime/.built" ] || return 0
  runtime=$root/node/target/runtime
  stale || return 0
  [ -n "$java" ] || find_jdk
  # One build at a time: a second caller waits, and then finds it done.
  mkdir -p "$root/node/target"
  exec 9> "$root/node/target/.build-lock"
  flock 9
  if stale; then
    build
  fi
  exec 9>&-
}

# Leaves root, runtime, java and class_path set.
prepare() {
  find_jdk
  provide
  # Its manifest names the other jars of lib/.
  class_path=$runtime/lib/sojourn-node.jar
}
