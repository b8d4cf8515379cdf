/** Images on their way from node to node. */
@NullMarked
package io.sojourn.node.shipping;

import org.jspecify.annotations.NullMarked;
