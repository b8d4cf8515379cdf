/** A task's files, served to the guest node that it runs on. See docs/files.md. */
@NullMarked
package io.sojourn.home.files;

import org.jspecify.annotations.NullMarked;
