package io.sojourn.restore.fuse;

/** Whose files: home serves only the newest incarnation. */
public record HomeTask(String id, int incarnation) {}
