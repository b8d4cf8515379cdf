/** A program that allocates busily beside memory that stays. */
@NullMarked
package io.sojourn.examples.alloc;

import org.jspecify.annotations.NullMarked;
