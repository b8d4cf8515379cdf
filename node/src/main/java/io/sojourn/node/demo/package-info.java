/** The whole story on this machine, with real programs. */
@NullMarked
package io.sojourn.node.demo;

import org.jspecify.annotations.NullMarked;
