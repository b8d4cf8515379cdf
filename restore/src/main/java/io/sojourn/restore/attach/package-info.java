/** The JDK's tools at home reach a VM that is here. See docs/move.md. */
@NullMarked
package io.sojourn.restore.attach;

import org.jspecify.annotations.NullMarked;
