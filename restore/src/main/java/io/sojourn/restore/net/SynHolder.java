package io.sojourn.restore.net;

import io.sojourn.engine.linux.RawPackets;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Holds the first packets of connects until it is known what becomes of them at home. A thread of
 * its own reads them from the device that they were routed to.
 */
final class SynHolder implements AutoCloseable {
  private static final int MAX_PACKET = 1 << 16;

  private final GuestNetwork network;
  private final RawPackets inwards;
  private final RawPackets past;
  private final Thread reader;

  private SynHolder(
      GuestNetwork network, RawPackets inwards, RawPackets past, Consumer<SynPacket> held) {
    this.network = network;
    this.inwards = inwards;
    this.past = past;
    this.reader = new Thread(() -> read(held), "held-connects");
    reader.setDaemon(true);
  }

  static SynHolder start(GuestNetwork network, Consumer<SynPacket> held) throws IOException {
    SynHolder holder =
        network
            .namespace()
            .call(
                () ->
                    new SynHolder(
                        network,
                        RawPackets.marked(GuestNetwork.LET_IN),
                        RawPackets.marked(MirrorSocket.MARK),
                        held));
    holder.reader.start();
    return holder;
  }

  private void read(Consumer<SynPacket> held) {
    byte[] packet = new byte[MAX_PACKET];
    try {
      for (int length; (length = network.hold().read(packet)) >= 0; ) {
        SynPacket syn = SynPacket.parse(packet, length);
        if (syn != null) held.accept(syn);
      }
    } catch (IOException gone) {
      // The device is gone with its namespace; so is the task.
    }
  }

  /** Home is connected: the relay may accept. */
  void letIn(SynPacket syn) {
    inwards.send(syn.bytes(), syn.destination());
  }

  /** The task connects to itself: the packet goes on its way as if it had not been held. */
  void letPass(SynPacket syn) {
    past.send(syn.bytes(), syn.destination());
  }

  /** The connect fails as home's did. */
  void refuse(SynPacket syn, int error) {
    byte[] answer = syn.refusal(error);
    if (answer != null) past.send(answer, syn.source());
  }

  @Override
  public void close() throws IOException {
    network.hold().stop();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    inwards.close();
    past.close();
  }
}
