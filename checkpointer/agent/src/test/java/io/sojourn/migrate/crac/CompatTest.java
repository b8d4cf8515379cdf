package io.sojourn.migrate.crac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same through {@code org.crac}, which finds us by reflection, once in a JVM. */
class CompatTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final Recorder.Log log = new Recorder.Log();

  @BeforeAll
  static void standBehind() {
    System.setProperty("org.crac.Core.Compat", "io.sojourn.migrate.crac");
  }

  @Test
  void orgCracFindsUs() {
    OrgResource a = new OrgResource("a", false), b = new OrgResource("b", false);
    org.crac.Core.getGlobalContext().register(a);
    org.crac.Core.getGlobalContext().register(b);
    assertThat(Notifications.beforeStop(LONG)).isNull();
    assertThat(Notifications.afterStop(true)).isNull();
    assertThat(log.lines()).containsExactly("before b", "before a", "after a", "after b");
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
  }

  @Test
  void whatItsNestedContextsCollectIsPassedOnOneByOne() {
    OrgContext nested = new OrgContext();
    org.crac.Core.getGlobalContext().register(nested);
    assertThat(Notifications.beforeStop(LONG))
        .startsWith("2 resources refused the checkpoint: java.lang.IllegalStateException: one; ");
    nested.fails = false;
    Reference.reachabilityFence(nested);
  }

  @Test
  void itsNamesForResourcesAreTheProgramsNames() {
    OrgResource a = new OrgResource("the pool", true);
    org.crac.Core.getGlobalContext().register(a);
    assertThat(Notifications.beforeStop(Duration.ofMillis(200)))
        .startsWith("the pool.beforeCheckpoint has not come back");
    a.hang = false;
    await().until(() -> Notifications.beforeStop(LONG) == null);
    assertThat(Notifications.afterStop(true)).isNull();
    Reference.reachabilityFence(a);
  }

  @Test
  void checkpointRestoreWithoutADaemonSaysThatItIsUnsupported() {
    org.crac.CheckpointException refused =
        catchThrowableOfType(org.crac.CheckpointException.class, org.crac.Core::checkpointRestore);
    assertThat(refused.getSuppressed()).hasSize(1);
    assertThat(refused.getSuppressed()[0]).isInstanceOf(UnsupportedOperationException.class);
  }

  private final class OrgResource implements org.crac.Resource {
    private final String name;
    private volatile boolean hang;

    OrgResource(String name, boolean hang) {
      this.name = name;
      this.hang = hang;
    }

    @Override
    public void beforeCheckpoint(org.crac.Context<? extends org.crac.Resource> context) {
      log.add("before " + name);
      while (hang) Thread.onSpinWait();
    }

    @Override
    public void afterRestore(org.crac.Context<? extends org.crac.Resource> context) {
      log.add("after " + name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final class OrgContext extends org.crac.Context<org.crac.Resource> {
    private volatile boolean fails = true;

    @Override
    public void beforeCheckpoint(org.crac.Context<? extends org.crac.Resource> context)
        throws org.crac.CheckpointException {
      if (!fails) return;
      org.crac.CheckpointException collected = new org.crac.CheckpointException();
      collected.addSuppressed(new IllegalStateException("one"));
      collected.addSuppressed(new IllegalStateException("two"));
      throw collected;
    }

    @Override
    public void afterRestore(org.crac.Context<? extends org.crac.Resource> context) {}

    @Override
    public void register(org.crac.Resource resource) {}
  }
}
