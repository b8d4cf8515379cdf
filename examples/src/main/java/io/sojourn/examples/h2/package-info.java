/** A database server, and a client that never stops. */
@NullMarked
package io.sojourn.examples.h2;

import org.jspecify.annotations.NullMarked;
