/** A web application that counts, and notes what it hears of checkpoints. */
@NullMarked
package io.sojourn.subjects.micronaut;

import org.jspecify.annotations.NullMarked;
