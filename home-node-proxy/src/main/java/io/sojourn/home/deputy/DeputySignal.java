package io.sojourn.home.deputy;

/**
 * A signal that a deputy got in its task's place. See siginfo_t in sigaction(2).
 *
 * @param serial by which the deputy says it again, and is told that it is over
 * @param number as in signal(7)
 * @param senderPid 0 where the kernel sent it (a key on the terminal, a timer)
 * @param code si_code: 0 for kill(2), -1 for sigqueue(3), 128 for the kernel
 * @param value what sigqueue(3) gave along
 * @param fromBefore it was pending when the process turned into the deputy, and is in the task's
 *     image: who sends it on would send it twice
 */
public record DeputySignal(
    long serial,
    int number,
    int senderPid,
    int senderUid,
    int code,
    int value,
    boolean fromBefore) {}
