/** The JDK's tools at home reach a VM that is away. See docs/move.md. */
@NullMarked
package io.sojourn.home.attach;

import org.jspecify.annotations.NullMarked;
