/** Paired runs against plain CRIU. */
@NullMarked
package io.sojourn.benchmarks;

import org.jspecify.annotations.NullMarked;
