/** What scenarios are made of: nodes, subjects under care, and views of them from outside. */
@NullMarked
package io.sojourn.harness;

import org.jspecify.annotations.NullMarked;
