/** The small process that a task leaves behind in its own place, and the daemon's end of it. */
@NullMarked
package io.sojourn.home.deputy;

import org.jspecify.annotations.NullMarked;
