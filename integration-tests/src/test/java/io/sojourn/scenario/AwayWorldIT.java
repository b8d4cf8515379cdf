package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Places;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Console;
import io.sojourn.victim.FileTable;
import io.sojourn.victim.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The world of a task that is away is its home's, as far as it can see. */
@Timeout(180)
class AwayWorldIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  private static final List<String> USER =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--groups=1234,4321");

  /** The one thing that is there and not at home. */
  private static final String TO_HOLD_CONNECTS = "interface sojourn0 1500 true\n";

  /** What the kernel's FUSE refuses without asking anybody. */
  private static final List<String> REFUSED_BY_FUSE =
      List.of("collapse: ok", "size 195904", "collapse: EOPNOTSUPP", "size 200000");

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whoAndWhereItIsRemains(Jdk jdk) {
    Subject subject = nodes.subject(jdk, Surroundings.class).start();
    String before = all(subject);
    nodes.twice(subject, () -> assertThat(all(subject)).isEqualTo(before));
  }

  private static String all(Subject subject) {
    return subject.ask("all").replace(TO_HOLD_CONNECTS, "");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whatJavaDoesWithFilesComesToTheSame(Jdk jdk) {
    Subject subject = nodes.subject(jdk, FileTable.class).start();
    AtomicInteger round = new AtomicInteger();
    Function<Subject, String> table =
        asked -> asked.ask(asked.home().resolve("files" + round.getAndIncrement()).toString());
    String atHome = table.apply(subject);
    assertThat(atHome.lines()).hasSizeGreaterThan(60);
    nodes.twice(subject, () -> assertThat(table.apply(subject)).isEqualTo(atHome));
  }

  @Test
  void everyFileCallComesToTheSame() throws IOException {
    Subject subject = nodes.subject(Jdk.newest(), Console.class).start();
    List<String> atHome = conform(subject, "home");
    assertThat(atHome).hasSizeGreaterThan(200);
    nodes.out(subject);
    assertThat(conform(subject, "away")).isEqualTo(atHome);
    nodes.back(subject);
    assertThat(conform(subject, "again")).isEqualTo(atHome);
  }

  private static List<String> conform(Subject subject, String name) throws IOException {
    Path place = Files.createDirectory(subject.home().resolve(name));
    List<String> said =
        new ArrayList<>(
            subject.ask(Places.victimProgram("conform") + " " + place).lines().toList());
    said.removeAll(REFUSED_BY_FUSE);
    return said;
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aTaskOfAUserHasThatUsersRights(Jdk jdk) throws IOException {
    Subject subject = nodes.subject(jdk, Console.class).by(USER.toArray(String[]::new)).start();
    Path secret = Files.writeString(subject.home().resolve("secret"), "of root\n");
    Files.setPosixFilePermissions(
        secret, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    Path shared = Files.writeString(subject.home().resolve("shared"), "of the group\n");
    Files.setPosixFilePermissions(
        shared, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----"));
    Files.setAttribute(shared, "unix:gid", 4321, LinkOption.NOFOLLOW_LINKS);
    String who = subject.ask("id; umask");
    assertThat(who).contains("uid=65534", "4321");
    AtomicInteger round = new AtomicInteger();
    nodes.twice(
        subject,
        () -> {
          String made = "made" + round.getAndIncrement();
          assertThat(subject.ask("id; umask")).isEqualTo(who);
          assertThat(subject.ask("cat secret")).contains("Permission denied");
          assertThat(subject.ask("cat shared")).isEqualTo("of the group");
          assertThat(subject.ask("echo >> shared")).contains("ermission denied");
          assertThat(subject.ask("chown 0 secret || chmod 777 secret")).contains("not permitted");
          assertThat(subject.ask("umask 027; echo 1 > " + made)).isEmpty();
          try {
            Path file = subject.home().resolve(made);
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(65534);
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(65534);
            assertThat((int) Files.getAttribute(file, "unix:mode") & 0777).isEqualTo(0640);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }
}
