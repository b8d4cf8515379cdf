/** A neural network trained by conjugate gradient. */
@NullMarked
package io.sojourn.examples.opt;

import org.jspecify.annotations.NullMarked;
