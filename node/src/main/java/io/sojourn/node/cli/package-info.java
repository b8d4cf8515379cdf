/** The command line, {@code ckpt}. */
@NullMarked
package io.sojourn.node.cli;

import org.jspecify.annotations.NullMarked;
