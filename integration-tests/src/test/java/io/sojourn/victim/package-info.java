/** Programs to freeze, one topic each. They know nothing of us and use the JDK alone. */
@NullMarked
package io.sojourn.victim;

import org.jspecify.annotations.NullMarked;
