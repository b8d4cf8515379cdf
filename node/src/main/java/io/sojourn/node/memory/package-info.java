/** The memory of tasks that run on another node before it is there: home has it, and is asked. */
@NullMarked
package io.sojourn.node.memory;

import org.jspecify.annotations.NullMarked;
