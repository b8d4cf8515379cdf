package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Writes down what it hears. */
final class Heard implements DeputyListener {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final BlockingQueue<DeputySignal> signals = new LinkedBlockingQueue<>();

  /** Begins to listen, and waits for the greeting. */
  static Heard of(Deputy deputy) throws java.io.IOException {
    Heard heard = new Heard();
    deputy.listen(heard);
    deputy.greeted(DeputyTimes.ANSWER);
    return heard;
  }

  @Override
  public void signal(DeputySignal signal) {
    signals.add(signal);
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
