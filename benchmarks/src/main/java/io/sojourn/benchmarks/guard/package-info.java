/** What the guard costs. */
@NullMarked
package io.sojourn.benchmarks.guard;

import org.jspecify.annotations.NullMarked;
