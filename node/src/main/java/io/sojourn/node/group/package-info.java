/** Several tasks that are worked upon at the same instant. */
@NullMarked
package io.sojourn.node.group;

import org.jspecify.annotations.NullMarked;
