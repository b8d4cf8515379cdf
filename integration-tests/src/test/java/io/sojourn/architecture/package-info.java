/** Rules over the whole code, checked on its classes. */
@NullMarked
package io.sojourn.architecture;

import org.jspecify.annotations.NullMarked;
