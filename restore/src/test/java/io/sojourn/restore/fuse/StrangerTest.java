package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.home.files.Export;
import io.sojourn.home.files.FileService;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Create;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.Link;
import io.sojourn.protocol.files.Open;
import io.sojourn.protocol.files.Read;
import io.sojourn.protocol.files.Release;
import io.sojourn.protocol.files.Rename;
import io.sojourn.protocol.files.Request;
import io.sojourn.protocol.files.Symlink;
import io.sojourn.protocol.files.Write;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest that lies gets nothing that is not the task's, and home goes on. */
class StrangerTest {
  @TempDir Path directory;
  private Path home;
  private FileService service;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    Files.writeString(directory.resolve("outside"), "outside");
    Files.writeString(home.resolve("inside"), "inside");
    service =
        new FileService(
            (task, incarnation) -> {
              if (!task.equals("task"))
                throw Status.PERMISSION_DENIED.withDescription("no task of yours").asException();
              return new Export(home, new ThreadIdentity(0, 0, new int[] {0}));
            });
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(service)
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void end() {
    channel.shutdownNow();
    service.close();
    server.shutdownNow();
  }

  private Stranger opened() throws Exception {
    Stranger stranger = new Stranger(channel).opening("task", 1, "session");
    assertThat(stranger.opened()).isTrue();
    return stranger;
  }

  private static Request.Builder root() {
    return Request.newBuilder().setNode(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "", "/", "../outside", "inside/../..", "inside\0x", "/etc"})
  void namesThatAreNoChildrenAreRefused(String bad) throws Exception {
    Stranger stranger = opened();
    ByteString name = ByteString.copyFromUtf8(bad);
    assertThat(stranger.ask(root().setLookup(name)).getErrno()).isEqualTo(ErrorNumber.EINVAL);
    assertThat(stranger.ask(root().setUnlink(name)).getErrno()).isEqualTo(ErrorNumber.EINVAL);
    assertThat(stranger.ask(root().setRename(rename("inside", bad))).getErrno())
        .isEqualTo(ErrorNumber.EINVAL);
    assertThat(stranger.ask(root().setRename(rename(bad, "inside"))).getErrno())
        .isEqualTo(ErrorNumber.EINVAL);
    if (!bad.isEmpty())
      assertThat(
              stranger
                  .ask(root().setCreate(Create.newBuilder().setName(name).setFlags(1)))
                  .getErrno())
          .isEqualTo(ErrorNumber.EINVAL);
    assertThat(
            stranger.ask(root().setLink(Link.newBuilder().setTarget(1).setName(name))).getErrno())
        .isEqualTo(ErrorNumber.EINVAL);
    assertThat(directory.resolve("outside")).hasContent("outside");
  }

  private static Rename rename(String from, String to) {
    return Rename.newBuilder()
        .setName(ByteString.copyFromUtf8(from))
        .setNewDirectory(1)
        .setNewName(ByteString.copyFromUtf8(to))
        .build();
  }

  /**
   * A link is text to home: whom it leads where, the guest's kernel decides, below its own root.
   */
  @Test
  void aLinkThatLeadsOutIsNotFollowed() throws Exception {
    Stranger stranger = opened();
    Answer made =
        stranger.ask(
            root()
                .setSymlink(
                    Symlink.newBuilder()
                        .setName(ByteString.copyFromUtf8("out"))
                        .setTarget(ByteString.copyFromUtf8("../outside"))));
    assertThat(made.getErrno()).isZero();
    Request.Builder open =
        Request.newBuilder().setNode(made.getEntry().getNode()).setOpen(Open.newBuilder());
    assertThat(stranger.ask(open).getErrno()).isEqualTo(ErrorNumber.EINVAL);
    assertThat(
            stranger
                .ask(
                    root()
                        .setCreate(
                            Create.newBuilder()
                                .setName(ByteString.copyFromUtf8("out"))
                                .setFlags(2)))
                .getErrno())
        .isEqualTo(ErrorNumber.ELOOP);
    assertThat(
            stranger
                .ask(
                    Request.newBuilder()
                        .setNode(made.getEntry().getNode())
                        .setLookup(ByteString.copyFromUtf8("x")))
                .getErrno())
        .isEqualTo(ErrorNumber.ENOTDIR);
  }

  @Test
  void numbersThatWereNeverGivenAreRefused() throws Exception {
    Stranger stranger = opened();
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      long number = i < 50 ? i + 2 : random.nextLong();
      assertThat(
              stranger
                  .ask(Request.newBuilder().setNode(number).setOpen(Open.newBuilder()))
                  .getErrno())
          .isEqualTo(ErrorNumber.ESTALE);
      assertThat(
              stranger
                  .ask(root().setRead(Read.newBuilder().setHandle(number).setSize(9)))
                  .getErrno())
          .isEqualTo(ErrorNumber.EBADF);
      stranger.ask(root().setRelease(Release.newBuilder().setHandle(number)));
    }
    assertThat(stranger.ask(root()).getErrno()).isEqualTo(ErrorNumber.ENOSYS);
  }

  @Test
  void sizesAndOffsetsOutOfAllBoundsAreRefused() throws Exception {
    Stranger stranger = opened();
    long node =
        stranger.ask(root().setLookup(ByteString.copyFromUtf8("inside"))).getEntry().getNode();
    long handle =
        stranger
            .ask(Request.newBuilder().setNode(node).setOpen(Open.newBuilder().setFlags(2)))
            .getHandle()
            .getHandle();
    assertThat(
            stranger
                .ask(root().setRead(Read.newBuilder().setHandle(handle).setSize(Integer.MIN_VALUE)))
                .getErrno())
        .isEqualTo(ErrorNumber.EINVAL);
    assertThat(
            stranger
                .ask(root().setRead(Read.newBuilder().setHandle(handle).setSize(Integer.MAX_VALUE)))
                .getData()
                .toStringUtf8())
        .isEqualTo("inside");
    assertThat(
            stranger
                .ask(root().setRead(Read.newBuilder().setHandle(handle).setOffset(-5).setSize(9)))
                .getErrno())
        .isEqualTo(ErrorNumber.EINVAL);
    assertThat(
            stranger
                .ask(
                    root()
                        .setWrite(
                            Write.newBuilder()
                                .setHandle(handle)
                                .setData(ByteString.copyFrom(new byte[(1 << 20) + 1]))))
                .getErrno())
        .isEqualTo(ErrorNumber.EINVAL);
  }

  @Test
  void aMessageThatIsTooLongEndsTheStream() throws Exception {
    Stranger stranger = opened();
    stranger.say(
        FromGuest.newBuilder()
            .setRequest(
                root()
                    .setId(1)
                    .setWrite(Write.newBuilder().setData(ByteString.copyFrom(new byte[5 << 20]))))
            .build());
    // Which of the two arrives first is chance.
    assertThat(stranger.end().getCode())
        .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
    assertThat(new Stranger(channel).opening("task", 2, "next").opened()).isTrue();
  }

  @Test
  void aStreamBeginsWithAnOpening() throws Exception {
    Stranger stranger = new Stranger(channel);
    stranger.say(FromGuest.newBuilder().setRequest(root().setId(1)).build());
    assertThat(stranger.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(new Stranger(channel).opening("other", 1, "s").end().getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void theOlderIncarnationIsCutOffAndRefused() throws Exception {
    Stranger old = opened();
    assertThat(new Stranger(channel).opening("task", 2, "newer").opened()).isTrue();
    assertThat(old.end().getCode()).isEqualTo(Status.Code.ABORTED);
    Status refused = new Stranger(channel).opening("task", 1, "session").end();
    assertThat(refused.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(refused.getDescription()).contains("newer incarnation");
  }

  @Test
  void aRepeatedRequestIsDoneOnce() throws Exception {
    Stranger stranger = opened();
    long node =
        stranger.ask(root().setLookup(ByteString.copyFromUtf8("inside"))).getEntry().getNode();
    long handle =
        stranger
            .ask(Request.newBuilder().setNode(node).setOpen(Open.newBuilder().setFlags(02001)))
            .getHandle()
            .getHandle();
    FromGuest append =
        FromGuest.newBuilder()
            .setRequest(
                root()
                    .setId(77)
                    .setWrite(
                        Write.newBuilder()
                            .setHandle(handle)
                            .setFlags(02001)
                            .setData(ByteString.copyFromUtf8("+"))))
            .build();
    for (int i = 0; i < 10; i++) stranger.say(append);
    assertThat(stranger.ask(root().setLookup(ByteString.copyFromUtf8("inside"))).getErrno())
        .isZero();
    org.awaitility.Awaitility.await().until(() -> Files.size(home.resolve("inside")) > 6);
    assertThat(home.resolve("inside")).hasContent("inside+");
  }
}
