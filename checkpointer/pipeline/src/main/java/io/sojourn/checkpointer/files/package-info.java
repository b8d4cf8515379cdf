/**
 * Remembers a task's files in an image, so that a restore can put them back. What can be done while
 * the task runs is done then; what is remembered is what was there when it stood still.
 */
@NullMarked
package io.sojourn.checkpointer.files;

import org.jspecify.annotations.NullMarked;
