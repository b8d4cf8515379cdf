package io.sojourn.restore.world;

/**
 * A unix connection that a task has had with it on another node, when it leaves that.
 *
 * @param there its name in the image: socket:[INODE]
 * @param atHome the name of what home has for it
 * @param offset in the stream from home, of the first byte that the task has not read
 */
public record TakenConnection(String there, String atHome, long offset) {}
