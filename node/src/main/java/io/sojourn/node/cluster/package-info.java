/** The nodes of a cluster: who is one, how they reach each other, and who is refused. */
@NullMarked
package io.sojourn.node.cluster;

import org.jspecify.annotations.NullMarked;
