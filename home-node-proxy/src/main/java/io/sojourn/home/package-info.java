/** What stays at home for a task that is frozen or away. */
@NullMarked
package io.sojourn.home;

import org.jspecify.annotations.NullMarked;
