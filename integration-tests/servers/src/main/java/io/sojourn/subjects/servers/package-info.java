/** Clients of real servers: they never stop, count what they do, and end at the first error. */
@NullMarked
package io.sojourn.subjects.servers;

import org.jspecify.annotations.NullMarked;
