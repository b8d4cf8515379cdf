/** What every operation on a task shares: its steps and their times, and how it fails. */
@NullMarked
package io.sojourn.engine.operation;

import org.jspecify.annotations.NullMarked;
