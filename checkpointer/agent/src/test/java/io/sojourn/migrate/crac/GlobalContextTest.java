package io.sojourn.migrate.crac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class GlobalContextTest {
  private final GlobalContext global = new GlobalContext();
  private final Recorder.Log log = new Recorder.Log();

  @Test
  void notifiesInReverseOrderBeforeAndInOrderAfter() throws Exception {
    Recorder a = register(new Recorder("a", log)),
        b = register(new Recorder("b", log)),
        c = register(new Recorder("c", log));
    both();
    assertThat(log.lines())
        .containsExactly("before c", "before b", "before a", "after a", "after b", "after c");
    keep(a, b, c);
  }

  @Test
  void whoRegistersTwiceIsNotifiedOnceAndLast() throws Exception {
    Recorder a = register(new Recorder("a", log)), b = register(new Recorder("b", log));
    register(a);
    both();
    assertThat(log.lines()).containsExactly("before a", "before b", "after b", "after a");
    keep(a, b);
  }

  @Test
  void everybodyIsNotifiedWhoeverFails() {
    Recorder a = register(failing("a")), b = register(new Recorder("b", log));
    Recorder c = register(failing("c"));
    CheckpointException refused =
        catchThrowableOfType(
            CheckpointException.class, () -> global.beforeCheckpoint(new GlobalContext()));
    RestoreException failed =
        catchThrowableOfType(
            RestoreException.class, () -> global.afterRestore(new GlobalContext()));
    assertThat(log.lines())
        .containsExactly("before c", "before b", "before a", "after a", "after b", "after c");
    assertThat(refused.getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("c is not ready", "a is not ready");
    assertThat(failed.getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("a is lost", "c is lost");
    keep(a, b, c);
  }

  @Test
  void whatANestedContextHasCollectedIsPassedOnOneByOne() {
    GlobalContext nested = new GlobalContext();
    Recorder a = failing("a"), b = failing("b");
    nested.register(a);
    nested.register(b);
    global.register(nested);
    CheckpointException refused =
        catchThrowableOfType(CheckpointException.class, () -> global.beforeCheckpoint(global));
    assertThat(refused.getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("b is not ready", "a is not ready");
    keep(nested, a, b);
  }

  @Test
  void anErrorRefusesAsAnExceptionDoes() {
    Recorder a =
        register(
            new Recorder(
                "a",
                log,
                () -> {
                  throw new NoClassDefFoundError("gone");
                },
                () -> {}));
    assertThatThrownBy(() -> global.beforeCheckpoint(global))
        .isInstanceOf(CheckpointException.class)
        .satisfies(
            thrown -> assertThat(thrown.getSuppressed()[0]).isInstanceOf(LinkageError.class));
    keep(a);
  }

  @Test
  void forgetsWhatNobodyElseHolds() throws Exception {
    WeakReference<Resource> gone = new WeakReference<>(register(new Recorder("gone", log)));
    Recorder kept = register(new Recorder("kept", log));
    await().until(() -> collected(gone));
    both();
    assertThat(log.lines()).containsExactly("before kept", "after kept");
    keep(kept);
  }

  @Test
  void holdsWhatWasNotifiedUntilItWasNotifiedAgain() throws Exception {
    WeakReference<Resource> once = new WeakReference<>(register(new Recorder("once", log)));
    global.beforeCheckpoint(global);
    for (int i = 0; i < 3; i++) System.gc();
    assertThat(once.refersTo(null)).isFalse();
    global.afterRestore(global);
    assertThat(log.lines()).containsExactly("before once", "after once");
    await().until(() -> collected(once));
  }

  @Test
  void whoRegistersMeanwhileHearsOfTheNextCheckpoint() throws Exception {
    Recorder late = new Recorder("late", log);
    Recorder early = register(new Recorder("early", log, () -> global.register(late), () -> {}));
    both();
    assertThat(log.lines()).containsExactly("before early", "after early");
    both();
    assertThat(log.lines()).endsWith("before late", "before early", "after early", "after late");
    keep(early, late);
  }

  @Test
  void anotherThreadMayRegisterMeanwhileAndIsNotHeldUp() throws Exception {
    Recorder late = new Recorder("late", log);
    Recorder early =
        register(
            new Recorder(
                "early",
                log,
                () -> {
                  Thread other = new Thread(() -> global.register(late));
                  other.start();
                  other.join();
                },
                () -> {}));
    both();
    assertThat(log.lines()).containsExactly("before early", "after early");
    keep(early, late);
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> global.register(nothing())).isInstanceOf(NullPointerException.class);
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  private Recorder failing(String name) {
    return new Recorder(
        name,
        log,
        () -> {
          throw new IOException(name + " is not ready");
        },
        () -> {
          throw new IOException(name + " is lost");
        });
  }

  private Recorder register(Recorder recorder) {
    global.register(recorder);
    return recorder;
  }

  private void both() throws Exception {
    global.beforeCheckpoint(global);
    global.afterRestore(global);
  }

  private static boolean collected(WeakReference<?> reference) {
    System.gc();
    return reference.refersTo(null);
  }

  /** The context holds resources weakly: they must be alive here. */
  private static void keep(Object... resources) {
    for (Object each : resources) Reference.reachabilityFence(each);
  }
}
