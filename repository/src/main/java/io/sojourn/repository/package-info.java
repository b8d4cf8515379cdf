/** Images in chunks, each stored once, in a directory or in a bucket. */
@NullMarked
package io.sojourn.repository;

import org.jspecify.annotations.NullMarked;
