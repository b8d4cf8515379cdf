package io.sojourn.subjects.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelShell;
import org.apache.sshd.client.session.ClientSession;

/**
 * An interactive session: types a line, and reads what the shell says to it. Each line has a
 * number, and the shell counts as well. Arguments: the SSH server's host and port.
 */
final class Session implements Work {
  private final ClientSession session;
  private final ChannelShell shell;
  private final OutputStream keyboard;
  private final BufferedReader screen;
  private long typed;

  private Session(SshClient client, String host, int port) throws Exception {
    session = client.connect("user", host, port).verify(Duration.ofSeconds(20)).getSession();
    session.addPasswordIdentity("user");
    session.auth().verify(Duration.ofSeconds(20));
    shell = session.createShellChannel();
    shell.setRedirectErrorStream(true);
    shell.open().verify(Duration.ofSeconds(20));
    keyboard = shell.getInvertedIn();
    screen =
        new BufferedReader(new InputStreamReader(shell.getInvertedOut(), StandardCharsets.UTF_8));
    type("n=0");
  }

  public static void main(String[] arguments) throws Exception {
    SshClient client = SshClient.setUpDefaultClient();
    client.start();
    int port = Integer.parseInt(arguments[1]);
    new Shift()
        .with(new Session(client, arguments[0], port))
        .with(new Session(client, arguments[0], port))
        .run();
  }

  private void type(String line) throws IOException {
    keyboard.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  @Override
  public void once() throws Exception {
    typed++;
    type("n=$((n+1)); echo \"<$n $((n * 3))>\"");
    String expected = "<" + typed + " " + typed * 3 + ">";
    for (String line; (line = screen.readLine()) != null; ) {
      if (line.contains(expected)) {
        Thread.sleep(2);
        return;
      }
      // What was typed is echoed by the terminal; another answer is an error.
      if (line.matches("<\\d+ \\d+>")) throw new IOException(line + " instead of " + expected);
    }
    throw new IOException("the shell ended after " + typed + " lines");
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
