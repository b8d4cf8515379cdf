package io.sojourn.victim;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Lives in a terminal and has a peer: says again what is typed, and sends back what it receives.
 * "exit N" typed ends it.
 */
final class Homely {
  private Homely() {}

  public static void main(String[] args) throws Exception {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    System.out.println("port " + server.getLocalPort() + " pid " + ProcessHandle.current().pid());
    Thread echo =
        new Thread(
            () -> {
              try (Socket peer = server.accept()) {
                InputStream in = peer.getInputStream();
                OutputStream out = peer.getOutputStream();
                byte[] buffer = new byte[4096];
                for (int n; (n = in.read(buffer)) > 0; ) out.write(buffer, 0, n);
                System.out.println("the peer has closed");
              } catch (Exception failure) {
                System.out.println("failure " + failure);
              }
            },
            "echo");
    echo.setDaemon(true);
    echo.start();
    BufferedReader typed =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = typed.readLine()) != null; ) {
      System.out.println("read " + line);
      if (line.startsWith("exit ")) System.exit(Integer.parseInt(line.substring(5)));
    }
  }
}
