package io.sojourn.home.files;

import io.sojourn.engine.files.ThreadIdentity;
import java.nio.file.Path;

/**
 * What of home's files a task has.
 *
 * @param root under which all its files are; seen from the daemon
 * @param user whose rights it has
 */
public record Export(Path root, ThreadIdentity user) {}
