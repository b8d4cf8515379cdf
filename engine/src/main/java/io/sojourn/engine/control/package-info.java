/** The control block that a task and the node daemon share. */
@NullMarked
package io.sojourn.engine.control;

import org.jspecify.annotations.NullMarked;
