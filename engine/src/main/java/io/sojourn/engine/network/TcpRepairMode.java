package io.sojourn.engine.network;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.protocol.criu.CriuTcpStream;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket in repair mode, in which its numbers and queues can be read and set and nothing is
 * sent. See TCP_REPAIR in tcp(7) and net/ipv4/tcp.c. Needs CAP_NET_ADMIN.
 */
public final class TcpRepairMode {
  private static final int SOL_TCP = 6;
  private static final int TCP_MAXSEG = 2;
  private static final int TCP_INFO = 11;
  private static final int TCP_REPAIR = 19;
  private static final int TCP_REPAIR_QUEUE = 20;
  private static final int TCP_QUEUE_SEQ = 21;
  private static final int TCP_REPAIR_OPTIONS = 22;
  private static final int TCP_TIMESTAMP = 24;
  private static final int TCP_REPAIR_WINDOW = 29;

  /** Leaves repair mode without the probe that a plain "off" sends. */
  private static final int OFF_WITHOUT_PROBE = -1;

  private static final long SIOCINQ = 0x541b;
  private static final long SIOCOUTQ = 0x5411;
  private static final long SIOCOUTQNSD = 0x894b;
  private static final int MSG_PEEK = 2;
  private static final int CHUNK = 32 << 10;

  /** A window's worth of packets is what can come at most while nobody reads. */
  private static final int QUESTIONS = 1000;

  private static final int OPT_TIMESTAMPS = 1;
  private static final int OPT_SACK = 2;
  private static final int OPT_WINDOW_SCALE = 4;

  /** The two queues, by the kernel's numbers. */
  public enum Queue {
    NONE,
    RECEIVE,
    SEND
  }

  private final RawSocket socket;

  private TcpRepairMode(RawSocket socket) {
    this.socket = socket;
  }

  /** Switches it on. */
  public static TcpRepairMode on(RawSocket socket) {
    socket.option(SOL_TCP, TCP_REPAIR, 1);
    return new TcpRepairMode(socket);
  }

  /** Switches it off and asks the peer where it stands; without effect where it is off. */
  public static void off(RawSocket socket) {
    off(socket, 0);
  }

  /** Switches it off and says nothing to the peer. */
  public static void offQuietly(RawSocket socket) {
    off(socket, OFF_WITHOUT_PROBE);
  }

  /**
   * The peer of an established connection is asked where it stands: what it has not acknowledged
   * goes out again at once, and not when the kernel would say it next. For the moment that this
   * takes, nobody else may use the socket.
   */
  public static void ask(RawSocket socket) {
    if (state(socket) != TcpState.ESTABLISHED) return;
    on(socket);
    off(socket);
  }

  private static void off(RawSocket socket, int how) {
    socket.option(SOL_TCP, TCP_REPAIR, how);
    // The kernel clears it. Then nobody could listen on the port again for as long as this
    // connection, or what is left of it after its end, is there.
    socket.reuseAddress();
  }

  /** State of a connection, in repair mode or not. */
  public static TcpState state(RawSocket socket) {
    return TcpState.of(socket.ask(SOL_TCP, TCP_INFO, new int[2])[0] & 0xff);
  }

  /** The number behind the last byte of a queue. */
  public int sequence(Queue queue) {
    select(queue);
    return socket.ask(SOL_TCP, TCP_QUEUE_SEQ, new int[1])[0];
  }

  /** Only before the socket is connected. */
  public TcpRepairMode sequence(Queue queue, int number) {
    select(queue);
    socket.option(SOL_TCP, TCP_QUEUE_SEQ, number);
    return this;
  }

  private void select(Queue queue) {
    socket.option(SOL_TCP, TCP_REPAIR_QUEUE, queue.ordinal());
  }

  /** Maximum segment size, window scaling, selective acknowledgement, timestamps. */
  public TcpRepairMode options(CriuTcpStream of, int sendScale, int receiveScale) {
    int mask = of.getOptMask();
    int[] options = new int[8];
    int count = 0;
    options[count++] = 2; // TCPOPT_MAXSEG
    options[count++] = of.getMssClamp();
    if ((mask & OPT_WINDOW_SCALE) != 0) {
      options[count++] = 3; // TCPOPT_WINDOW
      options[count++] = sendScale | receiveScale << 16;
    }
    if ((mask & OPT_SACK) != 0) {
      options[count++] = 4; // TCPOPT_SACK_PERM
      options[count++] = 0;
    }
    if ((mask & OPT_TIMESTAMPS) != 0) {
      options[count++] = 8; // TCPOPT_TIMESTAMP
      options[count++] = 0;
    }
    socket.option(SOL_TCP, TCP_REPAIR_OPTIONS, java.util.Arrays.copyOf(options, count));
    return this;
  }

  /** struct tcp_repair_window: snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup. */
  public TcpRepairMode window(int sendUpdate, int send, int max, int receive, int receiveUpdate) {
    socket.option(SOL_TCP, TCP_REPAIR_WINDOW, sendUpdate, send, max, receive, receiveUpdate);
    return this;
  }

  /** What the peer was told of the time goes on from here; only where timestamps are agreed on. */
  TcpRepairMode timestamp(int value) {
    socket.option(SOL_TCP, TCP_TIMESTAMP, value);
    return this;
  }

  /** Puts bytes into a queue, as if they had come, or had been sent. */
  TcpRepairMode fill(Queue queue, byte[] bytes) {
    select(queue);
    for (int done = 0; done < bytes.length; ) {
      byte[] chunk = java.util.Arrays.copyOfRange(bytes, done, bytes.length);
      int count = socket.send(chunk, Math.min(chunk.length, CHUNK));
      if (count <= 0) throw new IllegalStateException("a queue does not take its bytes");
      done += count;
    }
    select(Queue.NONE);
    return this;
  }

  /**
   * Everything that makes up the connection, as CRIU would write it down. The kernel takes in what
   * comes, repair mode or not: what comes between two of the questions would be counted by one of
   * them only, and its bytes would be nowhere. So they are asked again until nothing has come.
   *
   * @throws IllegalStateException where something comes each time; see {@link #QUESTIONS}
   */
  public TcpStreamImage read() {
    for (int asked = 0; asked < QUESTIONS; asked++) {
      Numbers before = numbers();
      TcpStreamImage image = read(before);
      if (image != null && before.equals(numbers())) return image;
    }
    throw new IllegalStateException("the connection does not stand still");
  }

  /** What changes with each packet that brings bytes or takes some. */
  private record Numbers(TcpState state, int waiting, int unacknowledged, int received, int sent) {}

  private Numbers numbers() {
    TcpState state = state(socket);
    int waiting = socket.count(SIOCINQ), unacknowledged = socket.count(SIOCOUTQ);
    int received = sequence(Queue.RECEIVE), sent = sequence(Queue.SEND);
    // While a queue is selected, the kernel takes what it should send for sent.
    select(Queue.NONE);
    return new Numbers(state, waiting, unacknowledged, received, sent);
  }

  /** The number of the first byte that nobody has read. While nobody reads, it stays as it is. */
  int taken() {
    for (int asked = 0; asked < QUESTIONS; asked++) {
      Numbers numbers = numbers();
      if (numbers.equals(numbers())) return numbers.received() - numbers.waiting();
    }
    throw new IllegalStateException("the connection does not stand still");
  }

  /** Null where the queues are others by now. */
  private @Nullable TcpStreamImage read(Numbers numbers) {
    int[] info = socket.ask(SOL_TCP, TCP_INFO, new int[2]);
    int mask = info[1] >> 8 & 0xff, scales = info[1] >> 16 & 0xff;
    int waiting = numbers.waiting(), unacknowledged = numbers.unacknowledged();
    int unsent = socket.count(SIOCOUTQNSD);
    if (numbers.state().sentEnd()) { // the end counts as one byte, and is none
      if (unacknowledged > 0) unacknowledged--;
      if (unsent > 0) unsent--;
    }
    int[] window = socket.ask(SOL_TCP, TCP_REPAIR_WINDOW, new int[5]);
    CriuTcpStream.Builder entry =
        CriuTcpStream.newBuilder()
            .setInqLen(waiting)
            .setInqSeq(numbers.received())
            .setOutqLen(unacknowledged)
            .setOutqSeq(numbers.sent())
            .setUnsqLen(unsent)
            .setOptMask(mask)
            .setMssClamp(socket.ask(SOL_TCP, TCP_MAXSEG, new int[1])[0])
            .setSndWl1(window[0])
            .setSndWnd(window[1])
            .setMaxWindow(window[2])
            .setRcvWnd(window[3])
            .setRcvWup(window[4])
            .setSndWscale(0);
    byte[] received = peek(Queue.RECEIVE, waiting), sending = peek(Queue.SEND, unacknowledged);
    if (received == null || sending == null) return null;
    if ((mask & OPT_WINDOW_SCALE) != 0) entry.setSndWscale(scales & 15).setRcvWscale(scales >> 4);
    if ((mask & OPT_TIMESTAMPS) != 0)
      entry.setTimestamp(socket.ask(SOL_TCP, TCP_TIMESTAMP, new int[1])[0]);
    return new TcpStreamImage(entry.build(), received, sending);
  }

  /** The bytes of a queue; null where it has others, or other counts of them. */
  private byte @Nullable [] peek(Queue queue, int length) {
    byte[] bytes = new byte[length];
    if (length == 0) return bytes;
    select(queue);
    int got = socket.receive(bytes, length, MSG_PEEK);
    select(Queue.NONE);
    return got == length ? bytes : null;
  }
}
