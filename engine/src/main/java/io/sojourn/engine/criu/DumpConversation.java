package io.sojourn.engine.criu;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.linux.SeqpacketChild;
import io.sojourn.protocol.criu.CriuOpts;
import io.sojourn.protocol.criu.CriuPageServer;
import io.sojourn.protocol.criu.CriuRequest;
import io.sojourn.protocol.criu.CriuRequestType;
import io.sojourn.protocol.criu.CriuResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One dump, as a conversation with {@code criu swrk}. CRIU asks us three times. Before it touches
 * the task ("pre-dump"): its own start-up lies behind it then, so that the task is stopped as late
 * as can be. When it holds all threads and has read nothing yet ("query-ext-files"). And when the
 * images are complete while the task is still held ("post-dump"): a yes lets it end the task, or
 * let it run, as ordered. A no makes it undo everything and let the task run.
 */
public final class DumpConversation implements AutoCloseable {
  /**
   * What we do at CRIU's questions. An exception is a no, to the question that comes next where
   * CRIU has its answer already.
   */
  public interface Steps {
    /** CRIU has its order and sets itself up, for some 10 ms. */
    default void starting() {}

    /** The task is about to be held. */
    void beforeDump();

    /** CRIU has our answer to its first question, and begins to hold the task. */
    default void dumping() {}

    /** The task is held: whatever its threads were about to do, they do it when CRIU has left. */
    default void held() {}

    /** The image is complete, the task is held. */
    void afterDump();

    /** CRIU has our answer to its last question, and the task is no longer kept waiting. */
    default void answered() {}
  }

  /** Of a {@link PageServer}, in CRIU. */
  private static final int PAGES = 4;

  private final SeqpacketChild criu;
  private final CriuCommand command;
  private final @Nullable PageServer pages;
  private final @Nullable Snapshot snapshot;

  private DumpConversation(
      SeqpacketChild criu,
      CriuCommand command,
      @Nullable PageServer pages,
      @Nullable Snapshot snapshot) {
    this.criu = criu;
    this.command = command;
    this.pages = pages;
    this.snapshot = snapshot;
  }

  /** Starts CRIU. */
  public static DumpConversation start(Path binary) throws IOException {
    return start(new CriuCommand(List.of(binary.toString()), false));
  }

  /** Starts CRIU. */
  public static DumpConversation start(CriuCommand criu) throws IOException {
    return new DumpConversation(SeqpacketChild.start(words(criu)), criu, null, null);
  }

  /**
   * Starts CRIU, which does not write the task's memory itself.
   *
   * @param pages takes it
   * @param snapshot takes a part of it, or null
   */
  public static DumpConversation start(
      CriuCommand command, PageServer pages, @Nullable Snapshot snapshot) throws IOException {
    CriuCommand criu = snapshot == null ? command : snapshot.command(command);
    return new DumpConversation(
        SeqpacketChild.start(words(criu), pages.stream()), criu, pages, snapshot);
  }

  /**
   * env(1) becomes CRIU. See cancel() for SIGXFSZ; a page server that refuses is no SIGPIPE. And a
   * process group whose parent ends is hung up when one of its processes is stopped.
   */
  private static List<String> words(CriuCommand criu) {
    List<String> words = new ArrayList<>(List.of("/usr/bin/env", "--ignore-signal=XFSZ,PIPE,HUP"));
    words.addAll(criu.words());
    words.addAll(List.of("swrk", "3"));
    return words;
  }

  /** Process id of CRIU. */
  public int pid() {
    return criu.pid();
  }

  /**
   * Dumps.
   *
   * @return true when CRIU says that it was done
   * @throws IOException when CRIU ended without a word
   * @throws RuntimeException what a step threw, after CRIU has undone what it did
   */
  public boolean dump(CriuOpts options, Steps steps) throws IOException {
    CriuOpts.Builder asked = command.asked(options).toBuilder().setNotifyScripts(true);
    if (pages != null) asked.setPs(CriuPageServer.newBuilder().setFd(PAGES));
    send(CriuRequest.newBuilder().setType(CriuRequestType.DUMP).setOpts(asked).build());
    @Nullable RuntimeException refusal = trouble(steps::starting);
    for (; ; ) {
      CriuResponse response = receive();
      if (response.getType() != CriuRequestType.NOTIFY) {
        if (refusal != null) throw refusal;
        return response.getSuccess();
      }
      String question = response.getNotify().getScript();
      if (refusal == null) refusal = trouble(() -> before(question, steps));
      answer(refusal == null);
      if (refusal == null) refusal = trouble(() -> after(question, steps));
    }
  }

  private static @Nullable RuntimeException trouble(Runnable step) {
    try {
      step.run();
      return null;
    } catch (RuntimeException trouble) {
      return trouble;
    }
  }

  private static void before(String question, Steps steps) {
    if (question.equals("pre-dump")) steps.beforeDump();
    if (question.equals("query-ext-files")) steps.held();
    if (question.equals("post-dump")) steps.afterDump();
  }

  private static void after(String question, Steps steps) {
    if (question.equals("pre-dump")) steps.dumping();
    if (question.equals("post-dump")) steps.answered();
  }

  private void answer(boolean yes) throws IOException {
    send(CriuRequest.newBuilder().setType(CriuRequestType.NOTIFY).setNotifySuccess(yes).build());
  }

  private void send(CriuRequest request) throws IOException {
    criu.send(request.toByteArray());
  }

  private CriuResponse receive() throws IOException {
    byte[] message = criu.receive();
    if (message.length == 0) throw new IOException("CRIU ended in the middle of its work");
    try {
      return CriuResponse.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("CRIU spoke what is not its protocol", e);
    }
  }

  /**
   * Makes CRIU give up of itself, and undo what it did: its next write to the image fails. To kill
   * it would leave the task as CRIU has it at that moment: a thread with CRIU's code in it, sockets
   * in repair mode, signals blocked.
   */
  public void cancel() {
    if (snapshot != null) snapshot.cancel();
    if (pages != null) pages.refuse();
    // With the task's own uid it cannot be told so (CriuCommand).
    if (!criu.stopWrites()) abort();
  }

  /** Ends CRIU at once, where it does not hear. What it leaves has to be cleared away. */
  public void abort() {
    criu.kill();
  }

  @Override
  public void close() {
    criu.close();
  }
}
