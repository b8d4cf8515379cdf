/** System calls and {@code /proc}: what the kernel knows of a process. */
@NullMarked
package io.sojourn.engine.linux;

import org.jspecify.annotations.NullMarked;
