/** Image directories: manifest, digests, whole or absent. */
@NullMarked
package io.sojourn.engine.image;

import org.jspecify.annotations.NullMarked;
