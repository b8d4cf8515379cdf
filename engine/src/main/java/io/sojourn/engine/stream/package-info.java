/** Byte streams between nodes that survive a broken link, and sockets as their ends. */
@NullMarked
package io.sojourn.engine.stream;

import org.jspecify.annotations.NullMarked;
