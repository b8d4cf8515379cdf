/** The memory of a restored task that comes after it: what it touches first, the rest later. */
@NullMarked
package io.sojourn.restore.memory;

import org.jspecify.annotations.NullMarked;
