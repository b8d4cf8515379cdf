/** Small records that outlive the daemon, a file of JSON each. */
@NullMarked
package io.sojourn.node.record;

import org.jspecify.annotations.NullMarked;
