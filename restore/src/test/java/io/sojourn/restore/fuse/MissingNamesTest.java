package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.sojourn.protocol.files.FromGuest;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Home is not asked for a name that the task has removed itself, and for none that is not there
 * once it has told all names of the directory, until there may be something.
 */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class MissingNamesTest implements ServerInterceptor {
  private static final ByteString NAME = ByteString.copyFromUtf8("draft");
  private static final int ROUNDS = 20, UNTIL_ALL_ARE_TOLD = 5;

  private final boolean whole;
  @TempDir Path home;
  private final AtomicInteger lookups = new AtomicInteger(), inVain = new AtomicInteger();
  private Away away;
  private Path draft;

  /**
   * @param whole home has told all names of the directories
   */
  MissingNamesTest(boolean whole) {
    this.whole = whole;
  }

  @BeforeEach
  void mount() throws Exception {
    Files.createDirectory(home.resolve("dir"));
    away = Away.of(home, this);
    draft = away.target().resolve("dir/draft");
    if (whole) lookInVain(away.target().resolve("dir"));
  }

  private static void lookInVain(Path directory) {
    for (int i = 0; i < ROUNDS; i++) assertThat(directory.resolve("vain " + i)).doesNotExist();
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(A message) {
        if (message instanceof FromGuest said && said.getRequest().getLookup().equals(NAME))
          lookups.incrementAndGet();
        if (message instanceof FromGuest said
            && said.getRequest().getLookup().toStringUtf8().startsWith("vain"))
          inVain.incrementAndGet();
        super.onMessage(message);
      }
    };
  }

  @Test
  void isLookedForOnce() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Files.createFile(draft);
      assertThat(home.resolve("dir/draft")).exists();
      Files.delete(draft);
      Files.createDirectory(draft);
      Files.delete(draft);
    }
    assertThat(lookups).hasValue(whole ? 0 : 1);
    assertThat(inVain).hasValue(whole ? UNTIL_ALL_ARE_TOLD : 0);
  }

  @Test
  void inALargeDirectoryHomeIsAskedEachTime() throws Exception {
    Path large = Files.createDirectory(home.resolve("large"));
    for (int i = 0; i < 1_001; i++) Files.createFile(large.resolve("" + i));
    inVain.set(0);
    lookInVain(away.target().resolve("large"));
    assertThat(inVain).hasValue(ROUNDS);
  }

  @Test
  void isThereWhateverTheTaskMakesOfIt() throws Exception {
    Path other = Files.createFile(draft.resolveSibling("other"));
    for (int i = 0; i < ROUNDS; i++) {
      Files.createFile(draft);
      assertThatThrownBy(() -> Files.createFile(draft))
          .isInstanceOf(FileAlreadyExistsException.class);
      Files.delete(draft);
      Files.createSymbolicLink(draft, Path.of("other"));
      assertThat(Files.readSymbolicLink(draft)).isEqualTo(Path.of("other"));
      Files.delete(draft);
      Files.createLink(draft, other);
      assertThat(draft).isRegularFile();
      Files.delete(draft);
      assertThat(draft).doesNotExist();
      Files.move(other, draft);
      assertThat(draft).isRegularFile();
      Files.move(draft, other);
      assertThat(draft).doesNotExist();
      Files.writeString(draft, "new");
      Files.move(draft, other, StandardCopyOption.REPLACE_EXISTING);
      assertThat(other).hasContent("new");
    }
  }

  @Test
  void isInItsOwnDirectoryOnly() throws Exception {
    Path elsewhere = Files.createDirectory(away.target().resolve("elsewhere"));
    if (whole) lookInVain(elsewhere);
    for (int i = 0; i < ROUNDS; i++) {
      Files.createFile(elsewhere.resolve("draft"));
      Files.createFile(draft);
      Files.delete(draft);
      assertThat(elsewhere.resolve("draft")).exists();
      Files.move(elsewhere, draft);
      assertThat(draft.resolve("draft")).exists();
      Files.move(draft, elsewhere);
      Files.delete(elsewhere.resolve("draft"));
    }
  }
}
