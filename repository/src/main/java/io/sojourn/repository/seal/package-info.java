/** Authenticated encryption of what is stored, and its keys. */
@NullMarked
package io.sojourn.repository.seal;

import org.jspecify.annotations.NullMarked;
