package io.sojourn.home.deputy;

import java.util.List;

/** As whom a task runs. */
public record TaskUser(int uid, int gid, List<Integer> groups) {}
