/** From an image to a running task: preflight, restore, wake. */
@NullMarked
package io.sojourn.restore;

import org.jspecify.annotations.NullMarked;
