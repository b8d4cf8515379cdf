/** Lives of tasks that have namespaces of their own: away, and at home beside a deputy. */
@NullMarked
package io.sojourn.restore.world;

import org.jspecify.annotations.NullMarked;
