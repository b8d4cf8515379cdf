package io.sojourn.engine.control;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.linux.Futex;
import io.sojourn.engine.linux.SealedMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A task's control block, mapped: how the daemon sees and speaks to the agent inside. The layout is
 * that of {@code control_block.h}. What stands in it was written by the task and may be anything;
 * texts are cut at their field and stripped of control characters.
 */
public final class ControlBlock {
  /** Name of the memfd that holds it. */
  public static final String NAME = "sojourn-task";

  private static final byte[] MAGIC = "SOJOURN\0".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int SIZE = 16384;
  private static final int EXPLANATION = 1520;
  private static final int EXPLANATION_SIZE = 4096;

  private final int pid;
  private final int descriptor;
  private final MappedByteBuffer block;
  private final Pointer address;
  private final long clockOffsetNanos;

  private ControlBlock(int pid, int descriptor, MappedByteBuffer block) {
    this.pid = pid;
    this.descriptor = descriptor;
    this.clockOffsetNanos = Clock.monotonicOffsetNanos(pid);
    this.block = block;
    this.address = Native.getDirectBufferPointer(block);
  }

  /**
   * Maps the block behind a descriptor of a process; empty where it is none of ours, or the process
   * is gone.
   */
  public static Optional<ControlBlock> map(int pid, int descriptor) {
    try (SealedMemory memory = SealedMemory.open(pid, descriptor);
        FileChannel channel =
            FileChannel.open(memory.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // A block that shrank under the daemon's mapping would make it die of SIGBUS.
      if (!memory.keepsItsSize() || channel.size() < SIZE) return Optional.empty();
      MappedByteBuffer block = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
      block.order(ByteOrder.LITTLE_ENDIAN);
      byte[] magic = new byte[MAGIC.length];
      block.get(0, magic);
      if (!Arrays.equals(magic, MAGIC) || block.getInt(8) != VERSION) return Optional.empty();
      return Optional.of(new ControlBlock(pid, descriptor, block));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** As this node sees it. */
  public int pid() {
    return pid;
  }

  /** The task's, through which the block was found. */
  public int descriptor() {
    return descriptor;
  }

  /** As the task itself sees it. */
  int pidInside() {
    return block.getInt(136);
  }

  public String id() {
    return text(144, 32);
  }

  /** Gives a second task that was made of an image an identity of its own. */
  public void identity(String id, String name) {
    text(144, 32, id);
    text(176, 128, name);
  }

  /** As the user gave it; "" for none. */
  public String name() {
    return text(176, 128);
  }

  public String mainClass() {
    return text(304, 256);
  }

  public String runDirectory() {
    return text(560, 256);
  }

  public String jvm() {
    return text(816, 128);
  }

  public String collector() {
    return text(944, 32);
  }

  public String options() {
    return text(976, 512);
  }

  /** What the program itself asks for: "freeze", "checkpoint", both, or "" for nothing. */
  public String programRequest() {
    return text(1488, 32);
  }

  /** Explanation of the last reply. */
  public String explanation() {
    return text(EXPLANATION, EXPLANATION_SIZE);
  }

  void explanation(String text) {
    text(EXPLANATION, EXPLANATION_SIZE, text);
  }

  public Phase phase() {
    int phase = number(Word.PHASE);
    return phase >= 0 && phase < Phase.values().length ? Phase.values()[phase] : Phase.RUNNING;
  }

  public Reply reply() {
    int result = number(Word.RESULT);
    return result >= 0 && result < Reply.values().length ? Reply.values()[result] : Reply.FAILED;
  }

  public long heapUsedBytes() {
    return block.getLong(80);
  }

  public long heapCommittedBytes() {
    return block.getLong(88);
  }

  public long trimmedBytes() {
    return block.getLong(96);
  }

  /**
   * CLOCK_MONOTONIC when the VM was asked to stop, when it stood, and when it ran on, in
   * nanoseconds, on this process's clock; what an earlier life has left is on that life's.
   */
  public long askedNanos() {
    return block.getLong(104) - clockOffsetNanos;
  }

  public long stoppedNanos() {
    return block.getLong(112) - clockOffsetNanos;
  }

  public long resumedNanos() {
    return block.getLong(120) - clockOffsetNanos;
  }

  public long startedEpochMillis() {
    return block.getLong(128);
  }

  int number(Word word) {
    return address.getInt(word.offset);
  }

  void number(Word word, int value) {
    address.setInt(word.offset, value);
  }

  public int incarnation() {
    return number(Word.INCARNATION);
  }

  public void incarnation(int incarnation) {
    number(Word.INCARNATION, incarnation);
  }

  public int threads() {
    return number(Word.THREADS);
  }

  /** At the end of which collection the last stop came. */
  public Collected collected() {
    return Collected.values()[Math.min(number(Word.COLLECTED), Collected.OWN.ordinal())];
  }

  /** Puts a request to the agent, without waiting for what comes of it. Returns its number. */
  int request(Command command) {
    number(Word.COMMAND, command.ordinal());
    int request = number(Word.REQUEST) + 1;
    number(Word.REQUEST, request);
    Futex.wakeAll(address.share(Word.REQUEST.offset));
    return request;
  }

  /** Waits until the agent has announced something since {@code seen}, or the time is over. */
  void awaitEvent(int seen, Duration limit) {
    await(Word.EVENT, seen, limit);
  }

  /** The process has ended: whoever waits for it looks once more. */
  void announceForIt() {
    number(Word.EVENT, number(Word.EVENT) + 1);
    Futex.wakeAll(address.share(Word.EVENT.offset));
  }

  /** Lets a stopped VM run on, and tells it what the pause was. */
  public void go(Outcome outcome) {
    number(Word.OUTCOME, outcome.ordinal());
    number(Word.GO, number(Word.STOP));
    Futex.wakeAll(address.share(Word.GO.offset));
  }

  /** Wakes whoever waits for this word to change. */
  void wake(Word word) {
    Futex.wakeAll(address.share(word.offset));
  }

  /** Waits until this word is no longer {@code seen}, or the time is over. */
  void await(Word word, int seen, Duration limit) {
    Futex.await(address.share(word.offset), seen, limit);
  }

  private String text(int offset, int size) {
    byte[] bytes = new byte[size];
    ((ByteBuffer) block.duplicate()).get(offset, bytes);
    int length = 0;
    while (length < size && bytes[length] != 0) length++;
    return new String(bytes, 0, length, StandardCharsets.UTF_8)
        .replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "?");
  }

  private void text(int offset, int size, String text) {
    byte[] field = Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), size);
    field[size - 1] = 0;
    ((ByteBuffer) block.duplicate()).put(offset, field);
  }
}
