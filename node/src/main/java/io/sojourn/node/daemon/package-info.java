/** The node daemon, {@code ckptd}. */
@NullMarked
package io.sojourn.node.daemon;

import org.jspecify.annotations.NullMarked;
