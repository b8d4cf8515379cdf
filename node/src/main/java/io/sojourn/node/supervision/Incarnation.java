package io.sojourn.node.supervision;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A life of a task, and the process that it is: pid and start name that for good, within a boot.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Incarnation(int pid, long startTicks, int incarnation, String bootId) {}
