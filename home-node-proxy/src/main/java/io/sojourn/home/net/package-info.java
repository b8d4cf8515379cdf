/** Connections that stay at home while their task is away. */
@NullMarked
package io.sojourn.home.net;

import org.jspecify.annotations.NullMarked;
