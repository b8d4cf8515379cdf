/**
 * Home's files as a file system of the guest's kernel: its FUSE protocol on one side, a stream to
 * the home node on the other. See docs/files.md.
 */
@NullMarked
package io.sojourn.restore.fuse;

import org.jspecify.annotations.NullMarked;
