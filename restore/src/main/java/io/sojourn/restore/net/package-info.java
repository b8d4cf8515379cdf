/** The network of a guest world: home's, as far as a task can see. */
@NullMarked
package io.sojourn.restore.net;

import org.jspecify.annotations.NullMarked;
