/**
 * Puts files back to what an image remembers of them. First everything that they hold is kept, and
 * noted; then they are changed. So a crash at any moment loses nothing, and the next try goes on.
 */
@NullMarked
package io.sojourn.restore.rollback;

import org.jspecify.annotations.NullMarked;
