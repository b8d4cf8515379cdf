/** The node's use of a repository: what is stored there, and what lies here besides. */
@NullMarked
package io.sojourn.node.archive;

import org.jspecify.annotations.NullMarked;
