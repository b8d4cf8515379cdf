/** Real JVMs, a real CRIU, a real daemon. */
@NullMarked
package io.sojourn.scenario;

import org.jspecify.annotations.NullMarked;
