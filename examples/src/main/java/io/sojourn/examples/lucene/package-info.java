/** An indexer that never stops. */
@NullMarked
package io.sojourn.examples.lucene;

import org.jspecify.annotations.NullMarked;
