package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Writes down what it hears. */
final class Heard implements DeputyListener {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final BlockingQueue<DeputySignal> signals = new LinkedBlockingQueue<>();

  private final Deputy deputy;

  private Heard(Deputy deputy) {
    this.deputy = deputy;
  }

  /** Begins to listen, and waits for the greeting. */
  static Heard of(Deputy deputy) throws IOException {
    Heard heard = from(deputy);
    deputy.greeted(DeputyTimes.ANSWER);
    return heard;
  }

  /** Begins to listen. */
  static Heard from(Deputy deputy) {
    Heard heard = new Heard(deputy);
    deputy.listen(heard);
    return heard;
  }

  @Override
  public void signal(DeputySignal signal) {
    signals.add(signal);
    try {
      deputy.over(signal.serial());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
    events.add("signal " + signal.number());
  }

  @Override
  public void stopped() {
    events.add("stopped");
  }

  @Override
  public void gone() {
    events.add("gone");
  }

  @Override
  public void lost(String why) {
    events.add("lost: " + why);
  }

  String next() throws InterruptedException {
    String event = events.poll(10, TimeUnit.SECONDS);
    return event == null ? "nothing" : event;
  }

  void hears(String... expected) throws InterruptedException {
    for (String event : expected) assertThat(next()).isEqualTo(event);
  }

  /** Nothing more within a moment that is long for a signal. */
  void hearsNoMore() throws InterruptedException {
    assertThat(events.poll(300, TimeUnit.MILLISECONDS)).isNull();
  }
}
