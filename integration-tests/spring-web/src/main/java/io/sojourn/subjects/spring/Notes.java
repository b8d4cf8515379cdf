package io.sojourn.subjects.spring;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.crac.CheckpointException;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;
import org.crac.RestoreException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A resource as an application has it, beside those of the framework. */
@Component
class Notes implements Resource {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private volatile boolean refuses;
  private volatile long hangMillis;
  private volatile @Nullable InputStream device;

  Notes() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws Exception {
    lines.add("before");
    if (refuses) throw new IllegalStateException("not today");
    Thread.sleep(hangMillis);
    if (device != null) device.close();
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) throws Exception {
    lines.add("after");
    if (device != null) open();
  }

  void checkpoint() {
    try {
      Core.checkpointRestore();
      lines.add("restored");
    } catch (CheckpointException | RestoreException | RuntimeException thrown) {
      lines.add(thrown + " " + Arrays.toString(thrown.getSuppressed()));
    }
  }

  void refuse() {
    refuses = true;
  }

  /** A device, whose state cannot go into an image. */
  void open() throws IOException {
    device = new FileInputStream("/dev/net/tun");
  }

  void hang(long millis) {
    hangMillis = millis;
  }

  @Override
  public String toString() {
    return "the notes";
  }

  String text() {
    return String.join("\n", lines);
  }
}
