package io.sojourn.harness;

import static io.sojourn.victim.UnixSockets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** What a test says to a subject ({@code UnixSockets}) over a unix connection, and hears. */
public final class UnixPeer {
  private UnixPeer() {}

  /** A few words in both directions. */
  public static void speak(Subject task, String name, SocketChannel peer) throws IOException {
    task.ask("write " + name + " there");
    assertThat(read(peer, 5)).isEqualTo("there");
    write(peer, "back");
    assertThat(task.ask("read " + name + " 4")).isEqualTo("back");
  }

  public static void write(SocketChannel to, String text) throws IOException {
    to.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
