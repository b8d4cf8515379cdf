/** Programs to freeze, and what they share: command line, end, and a clock that sees pauses. */
@NullMarked
package io.sojourn.examples;

import org.jspecify.annotations.NullMarked;
