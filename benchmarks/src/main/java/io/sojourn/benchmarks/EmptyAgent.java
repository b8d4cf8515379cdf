package io.sojourn.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent that does nothing: what it costs, any agent costs on that virtual machine. */
public final class EmptyAgent {
  private EmptyAgent() {}

  /** As java.lang.instrument calls it. */
  public static void agentmain(String options) {}

  /** Loads it into a virtual machine that runs. */
  static void attach(Plan plan, Jdk jdk, String pid) throws Failure, InterruptedException {
    Path jar = plan.node().scratch().resolve("empty-agent.jar");
    try {
      Files.createDirectories(plan.node().scratch());
      write(jar);
    } catch (IOException e) {
      throw new Failure("cannot write " + jar, e);
    }
    Path jcmd = jdk.home().resolve("bin/jcmd");
    Shell.run(
        plan.node().environment(),
        List.of(jcmd.toString(), pid, "JVMTI.agent_load", jar.toString()));
  }

  private static void write(Path jar) throws IOException {
    String name = EmptyAgent.class.getName();
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(new Attributes.Name("Agent-Class"), name);
    String file = name.replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream to = new JarOutputStream(out, manifest);
        InputStream own = EmptyAgent.class.getClassLoader().getResourceAsStream(file)) {
      to.putNextEntry(new JarEntry(file));
      own.transferTo(to);
      to.closeEntry();
    }
  }
}
