/** What keeps a task's network quiet while it does not live. */
@NullMarked
package io.sojourn.engine.network;

import org.jspecify.annotations.NullMarked;
