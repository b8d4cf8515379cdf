/** From a running task to an image: preflight, stop, dump. */
@NullMarked
package io.sojourn.checkpointer;

import org.jspecify.annotations.NullMarked;
