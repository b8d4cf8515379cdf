/** How failures travel between processes. */
@NullMarked
package io.sojourn.node.problem;

import org.jspecify.annotations.NullMarked;
