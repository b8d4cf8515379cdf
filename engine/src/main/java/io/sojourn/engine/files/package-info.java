/**
 * System calls on files by descriptor, in the words of another user, and the memory that they read
 * and write. Errors are values here: a file system says "no such file" more often than yes.
 */
@NullMarked
package io.sojourn.engine.files;

import org.jspecify.annotations.NullMarked;
