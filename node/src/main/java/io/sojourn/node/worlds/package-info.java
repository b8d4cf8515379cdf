/**
 * The processes beside the daemon in which guests live, as the daemon sees them: they outlive it,
 * and it hands on to them what other nodes ask.
 */
@NullMarked
package io.sojourn.node.worlds;

import org.jspecify.annotations.NullMarked;
