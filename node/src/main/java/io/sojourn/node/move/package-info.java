/** Moves tasks to other nodes and home again, and looks after those that are away. */
@NullMarked
package io.sojourn.node.move;

import org.jspecify.annotations.NullMarked;
