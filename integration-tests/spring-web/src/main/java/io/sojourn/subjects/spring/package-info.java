/** A web application that counts, and notes what it hears of checkpoints. */
@NullMarked
package io.sojourn.subjects.spring;

import org.jspecify.annotations.NullMarked;
