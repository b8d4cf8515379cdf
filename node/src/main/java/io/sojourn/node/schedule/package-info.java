/** Periodic checkpoints: when a task's next one is due, and which images are kept. */
@NullMarked
package io.sojourn.node.schedule;

import org.jspecify.annotations.NullMarked;
