/** Two-dimensional diffusion by several programs that exchange the edges of their strips. */
@NullMarked
package io.sojourn.examples.heat;

import org.jspecify.annotations.NullMarked;
