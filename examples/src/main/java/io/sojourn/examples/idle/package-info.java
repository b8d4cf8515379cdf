/** A program that only waits. */
@NullMarked
package io.sojourn.examples.idle;

import org.jspecify.annotations.NullMarked;
