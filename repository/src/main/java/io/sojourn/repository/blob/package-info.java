/** Where a repository's bytes lie: a directory, or a bucket. */
@NullMarked
package io.sojourn.repository.blob;

import org.jspecify.annotations.NullMarked;
