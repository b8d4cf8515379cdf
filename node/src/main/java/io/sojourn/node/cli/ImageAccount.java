package io.sojourn.node.cli;

import io.sojourn.engine.criu.StreamKind;
import io.sojourn.protocol.image.File;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.Socket;
import io.sojourn.protocol.image.Stream;
import io.sojourn.protocol.image.Thread;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An image in words. */
final class ImageAccount {
  /** Largest members of CRIU's that are named; there is one a thread. */
  private static final int LARGEST = 5;

  private final Manifest manifest;
  private final String directory;
  private final StringBuilder text = new StringBuilder();

  ImageAccount(Manifest manifest, String directory) {
    this.manifest = manifest;
    this.directory = directory;
  }

  String text() {
    task();
    machine();
    section("threads", manifest.getThreadsCount(), threads());
    section("files", manifest.getFilesCount(), files());
    section("remembered files", manifest.getRememberedCount(), remembered());
    section("sockets", manifest.getSocketsCount(), sockets());
    section("streams", manifest.getStreamsCount(), streams());
    section("members", manifest.getMembersCount(), members());
    return text.toString().stripTrailing();
  }

  private void task() {
    var task = manifest.getTask();
    line("image", manifest.getName() + " in " + directory);
    line(
        "kind",
        "%s, life %d, made %s, paused %s"
            .formatted(
                manifest.getKind().name().toLowerCase(Locale.ROOT),
                task.getIncarnation(),
                Instant.ofEpochMilli(manifest.getCreatedEpochMillis())
                    .truncatedTo(ChronoUnit.SECONDS),
                Units.millis(manifest.getTiming().getPauseMillis())));
    line(
        "task",
        "%s (%s), %s, pid %d, uid %d, home %s"
            .formatted(
                task.getName(),
                task.getId(),
                task.getMainClass(),
                task.getPid(),
                task.getUid(),
                task.getHome()));
    line("command", String.join(" ", task.getCommandLineList()));
    line("directory", task.getWorkingDirectory());
    if (manifest.getProcessesCount() > 1)
      line(
          "processes",
          manifest.getProcessesList().stream()
              .map(process -> process.getCommand() + " (" + process.getPid() + ")")
              .collect(Collectors.joining(", ")));
  }

  private void machine() {
    var jvm = manifest.getJvm();
    line("jvm", jvm.getVersion() + ", in " + jvm.getJavaHome());
    line(
        "heap",
        "%s, %s used of %s; %s of free heap left out%s"
            .formatted(
                jvm.getCollector(),
                Units.bytes(jvm.getHeapUsedBytes()),
                Units.bytes(jvm.getHeapCommittedBytes()),
                Units.bytes(jvm.getTrimmedBytes()),
                jvm.getCollected() ? ", after a collection" : ""));
    var machine = manifest.getMachine();
    line(
        "machine",
        "%s, Linux %s %s, %s with %d features%s"
            .formatted(
                machine.getNode(),
                machine.getKernel(),
                machine.getArchitecture(),
                machine.getCpuModel(),
                machine.getCpuFeaturesCount(),
                manifest.getEngine().getCriuVersion().isEmpty()
                    ? ""
                    : "; CRIU " + manifest.getEngine().getCriuVersion()));
  }

  private Table threads() {
    Table table = new Table("  TID>", "NAME", "WAITS FOR");
    for (Thread thread : manifest.getThreadsList())
      table.row("  " + thread.getTid(), thread.getName(), waiting(thread));
    return table;
  }

  private static String waiting(Thread thread) {
    if (!thread.getWaitsFor().isEmpty()) return thread.getWaitsFor();
    return thread.getSystemCall().isEmpty() ? "nothing: it ran" : thread.getSystemCall();
  }

  private Table files() {
    Table table = new Table("  DESCRIPTORS", "SIZE>", "HOW", "PATH");
    for (File file : manifest.getFilesList())
      table.row(
          "  " + numbers(file.getDescriptorsList()),
          Units.bytes(file.getSize()),
          how(file),
          file.getPath());
    return table;
  }

  private Table remembered() {
    Table table = new Table("  SIZE>", "AT A RESTORE", "BY", "PATH");
    for (RememberedFile file : manifest.getRememberedList())
      table.row(
          "  " + Units.bytes(file.getSize()),
          switch (file.getPolicy()) {
            case KEEP -> "kept as it is";
            case FAIL -> "must be as it was";
            default -> "put back";
          },
          switch (file.getWay()) {
            case LENGTH -> "its length";
            case COPY -> file.getMember();
            default -> "-";
          },
          file.getPath());
    return table;
  }

  private static String how(File file) {
    String how = file.getAppendOnly() ? "append" : file.getWritten() ? "write" : "read";
    if (file.getMapped()) how += ", mapped";
    if (file.getDeleted()) how += ", deleted: in the image";
    return file.getCarriedAs().isEmpty() ? how : how + ", a copy in the image";
  }

  private Table sockets() {
    Table table =
        new Table("  DESCRIPTORS", "PROTOCOL", "STATE", "LOCAL", "REMOTE", "TO READ>", "TO SEND>");
    for (Socket socket : manifest.getSocketsList())
      table.row(
          "  " + numbers(socket.getDescriptorsList()),
          socket.getProtocol(),
          socket.getState(),
          socket.getLocal(),
          socket.getRemote(),
          Units.bytes(socket.getReceiveQueue()),
          Units.bytes(socket.getSendQueue()));
    return table;
  }

  private Table streams() {
    Table table = new Table("  DESCRIPTORS", "KIND", "DIRECTION", "NAME");
    for (Stream stream : manifest.getStreamsList())
      table.row(
          "  " + numbers(stream.getDescriptorsList()),
          stream.getKind(),
          StreamKind.isUnix(stream) ? "both" : stream.getWritable() ? "written to" : "read from",
          stream.getPath().isEmpty() ? stream.getKey() : stream.getPath());
    return table;
  }

  private Table members() {
    Table table = new Table("  SIZE>", "NAME");
    List<Member> bySize =
        manifest.getMembersList().stream()
            .sorted(Comparator.comparingLong(Member::getSize).reversed())
            .toList();
    bySize.stream()
        .limit(LARGEST)
        .forEach(member -> table.row("  " + Units.bytes(member.getSize()), member.getName()));
    long rest = bySize.stream().skip(LARGEST).mapToLong(Member::getSize).sum();
    if (bySize.size() > LARGEST)
      table.row("  " + Units.bytes(rest), (bySize.size() - LARGEST) + " others");
    return table;
  }

  private static String numbers(List<Integer> descriptors) {
    return descriptors.isEmpty()
        ? "-"
        : descriptors.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private void line(String name, String value) {
    text.append("%-10s %s%n".formatted(name, value));
  }

  private void section(String name, int count, Table table) {
    if (count > 0)
      text.append('\n')
          .append(count)
          .append(' ')
          .append(name)
          .append('\n')
          .append(table)
          .append('\n');
  }
}
