package io.sojourn.victim;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Sends datagrams to one peer each, and tells what came of it. */
public final class Unanswered {
  private static final Map<String, DatagramSocket> sockets = new HashMap<>();

  public static void main(String[] args) throws Exception {
    Control.serve(
        question -> {
          String[] words = question.split(" ");
          if (words[0].equals("connect")) { // NAME HOST PORT
            DatagramSocket socket = new DatagramSocket();
            socket.connect(new InetSocketAddress(words[2], Integer.parseInt(words[3])));
            socket.setSoTimeout(10_000);
            sockets.put(words[1], socket);
          }
          return ask(Objects.requireNonNull(sockets.get(words[1])));
        });
  }

  private static String ask(DatagramSocket socket) {
    try {
      socket.send(new DatagramPacket(new byte[100], 100));
      socket.receive(new DatagramPacket(new byte[100], 100));
      return "an answer";
    } catch (IOException failed) {
      return failed.getClass().getSimpleName();
    }
  }

  private Unanswered() {}
}
