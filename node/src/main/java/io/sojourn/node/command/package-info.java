/**
 * Runs command lines inside the daemon, which is warm, for callers who then need no JVM of their
 * own. The other end is {@code ckpt-client}, in {@code agent-native/src/client}.
 */
@NullMarked
package io.sojourn.node.command;

import org.jspecify.annotations.NullMarked;
