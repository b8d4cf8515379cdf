package io.sojourn.home.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.sojourn.engine.files.AttributeCalls;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Attributes;
import io.sojourn.protocol.files.Read;
import io.sojourn.protocol.files.Release;
import io.sojourn.protocol.files.Request;
import io.sojourn.protocol.files.Write;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Home's daemon is killed behind each step of each call that is not to be done twice, and the next
 * one is asked the same: what it answers and what is on the disk then is as it would have been.
 */
@Timeout(180)
class KilledAtAnyStepTest {
  @TempDir Path directory;
  private final List<Process> homes = new ArrayList<>();

  @AfterEach
  void end() {
    homes.forEach(Process::destroyForcibly);
  }

  /** A deed of a task of its own. */
  private record Case(Deed deed, Steps.Step step, Guest guest, Request.Builder request) {
    static String name(Deed deed, Steps.Step step) {
      return deed.name() + "-" + step;
    }

    String name() {
      return name(deed, step);
    }

    long id() {
      return HomeToKill.id(step);
    }
  }

  private record Outcome(Answer answer, String after, Map<String, String> disk) {}

  @Test
  void whatIsAskedAgainIsDoneOnce() throws Exception {
    Path roots = place("killed"), ledgers = directory.resolve("ledgers");
    List<Case> cases = new ArrayList<>();
    Process first = home(roots, ledgers, true);
    BufferedReader said = first.inputReader();
    ManagedChannel channel = channel(port(said));
    for (Deed deed : Deed.all())
      for (Steps.Step step : deed.steps()) cases.add(begun(deed, step, roots, channel));
    for (Case one : cases) {
      var unused = one.guest().say(one.id(), one.request());
    }
    List<String> standing = new CopyOnWriteArrayList<>();
    Thread listening = new Thread(() -> said.lines().forEach(standing::add));
    listening.start();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(standing).hasSameSizeAs(cases));
    first.destroyForcibly().waitFor();
    channel.shutdownNow();
    for (Case one : cases) one.deed().others().act(roots.resolve(one.name()));

    Process second = home(roots, ledgers, false);
    ManagedChannel next = channel(port(second.inputReader()));
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (Case one : cases) {
      one.guest().over(next);
      Answer answer = one.guest().ask(one.id(), one.request());
      outcomes.put(one.name(), outcome(one, answer, roots));
    }
    next.shutdownNow();
    second.destroyForcibly().waitFor();
    SoftAssertions all = new SoftAssertions();
    Map<String, Outcome> undisturbed = undisturbed();
    outcomes.forEach((name, is) -> all.assertThat(is).as(name).isEqualTo(undisturbed.get(name)));
    assertThat(outcomes).hasSameSizeAs(undisturbed);
    all.assertAll();
  }

  /** The same with a daemon that lives. */
  private Map<String, Outcome> undisturbed() throws Exception {
    Path roots = place("undisturbed");
    Server server = HomeToKill.serve(roots, directory.resolve("ledgers-of-one"), Steps.NONE);
    ManagedChannel channel = channel(server.getPort());
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (Deed deed : Deed.all())
      for (Steps.Step step : deed.steps()) {
        Case one = begun(deed, step, roots, channel);
        Path root = roots.resolve(one.name());
        // Who is killed before the call has left it to be made when others have done theirs.
        if (step == Steps.Step.INTENT) deed.others().act(root);
        Answer answer = one.guest().ask(one.id(), one.request());
        if (step != Steps.Step.INTENT) deed.others().act(root);
        outcomes.put(one.name(), outcome(one, answer, roots));
      }
    channel.shutdownNow();
    server.shutdownNow().awaitTermination();
    return outcomes;
  }

  private Path place(String name) throws IOException {
    Path made = Files.createDirectory(directory.resolve(name));
    // The task's user has to come through.
    made.toFile().setExecutable(true, false);
    directory.toFile().setExecutable(true, false);
    return made;
  }

  private static Case begun(Deed deed, Steps.Step step, Path roots, ManagedChannel channel)
      throws Exception {
    Path root = Files.createDirectory(roots.resolve(Case.name(deed, step)));
    Files.setAttribute(root, "unix:uid", HomeToKill.USER);
    Guest guest = new Guest(Case.name(deed, step), channel);
    return new Case(deed, step, guest, deed.asking().of(guest, root));
  }

  private Process home(Path roots, Path ledgers, boolean standsStill) throws IOException {
    Process home =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HomeToKill.class.getName(),
                roots.toString(),
                ledgers.toString(),
                "" + standsStill)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    homes.add(home);
    return home;
  }

  private static int port(BufferedReader said) throws IOException {
    for (String line; (line = said.readLine()) != null; )
      if (line.startsWith("port ")) return Integer.parseInt(line.substring(5));
    throw new IOException("home's daemon does not begin");
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private static Outcome outcome(Case one, Answer answer, Path roots) throws Exception {
    String after = afterwards(one.guest(), answer);
    // What has lost its name while home had no daemon is lost.
    if (!one.name().contains("-taken-")) after += one.guest().errnoOfKnown();
    boolean alone = !one.name().contains("-others-");
    return new Outcome(plain(answer, alone), after, disk(roots.resolve(one.name())));
  }

  /** What the guest has been given is of use to it. */
  private static String afterwards(Guest guest, Answer answer) throws Exception {
    long handle =
        answer.hasCreated() ? answer.getCreated().getHandle() : answer.getHandle().getHandle();
    if (handle == 0) return "";
    Write write =
        Write.newBuilder().setHandle(handle).setData(ByteString.copyFromUtf8("written")).build();
    Read read = Read.newBuilder().setHandle(handle).setSize(100).build();
    Release release = Release.newBuilder().setHandle(handle).build();
    return guest.ask(Request.newBuilder().setWrite(write)).getWritten().getSize()
        + " "
        + guest.ask(Request.newBuilder().setRead(read)).getData().toStringUtf8()
        + " "
        + guest.ask(Request.newBuilder().setRelease(release)).getErrno()
        + " "
        + guest.ask(Request.newBuilder().setRead(read)).getErrno();
  }

  /** What does not depend on the place and the time. */
  private static Answer plain(Answer answer, boolean alone) {
    Answer.Builder plain = answer.toBuilder().clearId().clearAsOf().clearWatched();
    plain.clearDirectory();
    if (answer.hasAttributes()) plain.setAttributes(plain(answer.getAttributes()));
    if (answer.hasEntry())
      plain.getEntryBuilder().setNode(1).setAttributes(plain(answer.getEntry().getAttributes()));
    if (answer.hasHandle()) plain.getHandleBuilder().setHandle(1);
    if (answer.hasCreated()) {
      plain.getCreatedBuilder().setHandle(1).getEntryBuilder().setNode(1);
      Attributes made = answer.getCreated().getEntry().getAttributes();
      plain.getCreatedBuilder().getEntryBuilder().setAttributes(plain(made));
    }
    if (!alone) plain.getWrittenBuilder().clearEnd();
    return plain.build();
  }

  private static Attributes plain(Attributes of) {
    return Attributes.newBuilder()
        .setMode(of.getMode())
        .setLinks(of.getLinks())
        .setUid(of.getUid())
        .setGid(of.getGid())
        .setSize(of.getSize())
        .build();
  }

  private static Map<String, String> disk(Path root) throws IOException {
    Map<String, String> disk = new TreeMap<>();
    try (Stream<Path> names = Files.list(root)) {
      for (Path file : (Iterable<Path>) names::iterator)
        disk.put(file.getFileName().toString(), description(file));
    }
    return disk;
  }

  private static String description(Path file) throws IOException {
    Map<String, Object> facts =
        Files.readAttributes(file, "unix:mode,nlink,uid,size", LinkOption.NOFOLLOW_LINKS);
    String all = new TreeMap<>(facts).toString();
    if (Files.isSymbolicLink(file)) return all + " to " + Files.readSymbolicLink(file);
    if (!Files.isRegularFile(file)) return all;
    int fd = FileCalls.open(file.toString(), 0);
    byte[] attribute = AttributeCalls.get(fd, "user.x".getBytes("UTF-8"));
    FileCalls.close(fd);
    return all
        + (attribute == null ? "" : " x=" + new String(attribute, "UTF-8"))
        + " "
        + Files.readString(file).replace("\0", "");
  }
}
