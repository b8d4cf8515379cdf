package io.sojourn.home.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Opening;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Before BEFORE = new Before(7, new Before.Found(1, 2, 3));
  private static final List<Long> NONE = List.of();

  @TempDir Path directory;

  private static Opening opening(String session) {
    return Opening.newBuilder()
        .setTask("task")
        .setIncarnation(3)
        .setSession(ByteString.copyFromUtf8(session))
        .build();
  }

  private Journal begin() {
    return Journal.begin(directory, opening("s"));
  }

  private Journal found() {
    return Journal.found(directory, opening("s"));
  }

  private static Answer answer(long id) {
    return Answer.newBuilder().setId(id).setErrno((int) id).setAsOf(5).setWatched(true).build();
  }

  @Test
  void whatOneDaemonNotesTheNextOneKnows() {
    Journal journal = begin();
    journal.intends(1, BEFORE);
    journal.intends(2, BEFORE);
    journal.answered(answer(2));
    journal.answered(answer(3));
    // It is killed: nothing is closed.
    Journal next = found();
    assertThat(next.before(1)).isEqualTo(BEFORE);
    assertThat(next.before(2)).isNull();
    assertThat(next.answers()).containsOnlyKeys(2L, 3L);
    // Of what it says of its time nothing is to be believed.
    assertThat(next.answers().get(3L)).isEqualTo(Answer.newBuilder().setId(3).setErrno(3).build());
    next.answered(answer(1));
    assertThat(found().answers()).containsOnlyKeys(1L, 2L, 3L);
  }

  @Test
  void anothersIsNotRead() {
    begin().answered(answer(1));
    assertThat(Journal.found(directory, opening("t")).answers()).isEmpty();
    assertThat(found().answers()).isEmpty();
  }

  /** The size is stored last: without it what was stored before is not there. */
  @Test
  void aRecordThatWasCutShortIsNotThere() throws Exception {
    Journal journal = begin();
    journal.answered(answer(1));
    long end = end();
    journal.answered(answer(2));
    store(end, 0);
    Journal next = found();
    assertThat(next.answers()).containsOnlyKeys(1L);
    next.answered(answer(4));
    assertThat(found().answers()).containsOnlyKeys(1L, 4L);
    store(end, Integer.MAX_VALUE);
    assertThat(found().answers()).containsOnlyKeys(1L);
    store(end, -5);
    assertThat(found().answers()).containsOnlyKeys(1L);
  }

  private Path file() {
    return directory.resolve("task.done");
  }

  /** Where the next record's size is. */
  private long end() throws Exception {
    RecordFile records = Objects.requireNonNull(RecordFile.open(file(), "3 s".getBytes("UTF-8")));
    int[] last = new int[2];
    records.read(
        (place, kind, id, payload) -> {
          last[0] = place;
          last[1] = payload.remaining();
        });
    return last[0] + 16 + ((last[1] + 7) & ~7);
  }

  private void store(long at, int size) throws Exception {
    try (FileChannel file = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(0, size), at);
    }
  }

  @Test
  void whatIsSettledMakesRoom() throws Exception {
    Journal journal = begin();
    long size = Files.size(file());
    // One is under way all the time, and what comes after it is settled by number.
    journal.intends(1, BEFORE);
    journal.answered(answer(2));
    for (long id = 3; id < 50_000; id++) {
      journal.intends(id, BEFORE);
      journal.answered(answer(id));
      journal.settled(1, List.of(id - 2 > 2 ? id - 2 : id - 1 > 2 ? id - 1 : 0));
    }
    assertThat(Files.size(file())).isEqualTo(size);
    Journal next = found();
    assertThat(next.before(1)).isEqualTo(BEFORE);
    assertThat(next.answers()).containsKeys(2L, 49_998L, 49_999L);
    assertThat(next.answers().size()).isLessThan(5_000);
  }

  @Test
  void whatIsNotSettledStays() {
    Journal journal = begin();
    for (long id = 1; id <= 20_000; id++) journal.answered(answer(id));
    assertThat(found().answers()).hasSize(20_000);
    journal.settled(19_990, NONE);
    for (long id = 20_001; id <= 60_000; id++) {
      journal.answered(answer(id));
      journal.settled(id - 5, NONE);
    }
    assertThat(found().answers()).containsKeys(59_995L, 60_000L);
  }

  @Test
  void whatIsOverIsGone() {
    Journal journal = begin();
    journal.discard();
    journal.answered(answer(1));
    assertThat(directory).isEmptyDirectory();
  }
}
