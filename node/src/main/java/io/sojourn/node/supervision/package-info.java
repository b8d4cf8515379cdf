/** What is done when a task fails: it runs again from its newest whole image, within limits. */
@NullMarked
package io.sojourn.node.supervision;

import org.jspecify.annotations.NullMarked;
