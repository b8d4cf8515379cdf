/** Drives CRIU: its RPC and its command line. */
@NullMarked
package io.sojourn.engine.criu;

import org.jspecify.annotations.NullMarked;
