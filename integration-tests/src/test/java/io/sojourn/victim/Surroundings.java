package io.sojourn.victim;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.TreeMap;

/** Tells who and where it is: whatever a program may keep in mind of that, a line each. */
public final class Surroundings {
  public static void main(String[] args) throws Exception {
    Control.serve(
        question -> {
          List<String> lines = new ArrayList<>();
          lines.add("host " + InetAddress.getLocalHost());
          lines.add("kernel's host name " + text("/proc/sys/kernel/hostname"));
          for (String name : List.of("localhost", "ip6-localhost", "nowhere.invalid"))
            lines.add(name + " " + resolved(name));
          for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            lines.add("interface " + one.getName() + " " + one.getMTU() + " " + one.isUp());
            for (InterfaceAddress address : one.getInterfaceAddresses())
              if (!address.getAddress().isLinkLocalAddress())
                lines.add("address " + one.getName() + " " + address.getAddress());
          }
          Collections.sort(lines);
          lines.add("zone " + TimeZone.getDefault().getID() + ", " + text("/etc/timezone"));
          lines.add("locale " + Locale.getDefault());
          lines.add("environment " + new TreeMap<>(System.getenv()));
          lines.add("user " + System.getProperty("user.name") + " " + status());
          lines.add("pid " + ProcessHandle.current().pid());
          for (String link : List.of("cwd", "exe", "root"))
            lines.add(link + " " + Files.readSymbolicLink(Path.of("/proc/self", link)));
          lines.add("command " + text("/proc/self/cmdline").replace('\0', ' '));
          lines.add("limits " + text("/proc/self/limits"));
          lines.add("names " + text("/etc/hosts") + text("/etc/resolv.conf"));
          lines.add("child " + child());
          return String.join("\n", lines);
        });
  }

  private static String resolved(String name) {
    try {
      return InetAddress.getByName(name).toString();
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException none) {
      return "none";
    }
  }

  private static List<String> status() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.matches("(Umask|Uid|Gid|Groups|Cap\\w+|NoNewPrivs|NSpid):.*"))
        .toList();
  }

  /** What a program sees that it starts. */
  private static String child() throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "id; umask; pwd; uname -n; date +%Z; echo $PPID; nice")
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes()) + process.waitFor();
  }

  private Surroundings() {}
}
