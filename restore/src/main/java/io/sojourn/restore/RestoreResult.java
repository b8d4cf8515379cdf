package io.sojourn.restore;

/**
 * @param pid of the task, as this node sees it
 * @param incarnation of this life
 * @param pauseMillis from the order until the task ran
 */
public record RestoreResult(int pid, int incarnation, double pauseMillis) {}
