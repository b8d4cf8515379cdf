/** The agent, and the little that a program under care may call. */
@NullMarked
package io.sojourn.migrate;

import org.jspecify.annotations.NullMarked;
