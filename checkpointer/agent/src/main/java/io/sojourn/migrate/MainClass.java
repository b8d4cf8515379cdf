package io.sojourn.migrate;

import java.util.jar.JarFile;

/** The class whose {@code main} was started. */
final class MainClass {
  private MainClass() {}

  /**
   * Its full name; for {@code java -jar} the one that the jar names; "?" where a foreign launcher
   * does not say.
   */
  static String name() {
    String command = System.getProperty("sun.java.command", "").trim();
    if (command.isEmpty()) return "?";
    int end = command.indexOf(".jar ");
    String first =
        end < 0 && !command.endsWith(".jar")
            ? command.split(" ", 2)[0]
            : command.substring(0, end < 0 ? command.length() : end + 4);
    if (!first.endsWith(".jar")) return first.substring(first.indexOf('/') + 1);
    try (JarFile jar = new JarFile(first)) {
      String main = jar.getManifest().getMainAttributes().getValue("Main-Class");
      return main == null ? first : main;
    } catch (Exception unreadable) {
      return first;
    }
  }
}
