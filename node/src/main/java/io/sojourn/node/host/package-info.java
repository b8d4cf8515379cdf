/**
 * A process beside the node's daemon, in which the tasks of other nodes live. It outlives daemons:
 * files, connections, pipes and terminals of its guests pass through it alone.
 */
@NullMarked
package io.sojourn.node.host;

import org.jspecify.annotations.NullMarked;
