/** What else has tasks checkpointed than users and schedules: the node's end, and its troubles. */
@NullMarked
package io.sojourn.node.trigger;

import org.jspecify.annotations.NullMarked;
