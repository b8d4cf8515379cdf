/** CRaC on a stock JDK: what stands behind {@code org.crac}. */
@NullMarked
package io.sojourn.migrate.crac;

import org.jspecify.annotations.NullMarked;
