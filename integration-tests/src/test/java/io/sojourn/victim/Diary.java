package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes to files in every way without a rest, and knows what must be in them: a log that is
 * appended to, a table and a mapping that are rewritten in place, a journal that grows by its own
 * count of bytes, and below "volume" a file that is renamed into place and others that come and go.
 */
public final class Diary {
  private static final int SLOTS = 512;
  private static final int YOUNG = 5;

  private final Path place;
  private final FileOutputStream log;
  private final RandomAccessFile table;
  private final RandomAccessFile journal;
  private final MappedByteBuffer mapping;
  private long round;

  private Diary(Path place) throws IOException {
    this.place = place;
    Files.createDirectories(volume());
    log = new FileOutputStream(place.resolve("diary.log").toFile(), true);
    table = new RandomAccessFile(place.resolve("table.dat").toFile(), "rw");
    table.setLength(SLOTS * 8L);
    journal = new RandomAccessFile(place.resolve("journal.dat").toFile(), "rw");
    try (RandomAccessFile file = new RandomAccessFile(place.resolve("mapped.dat").toFile(), "rw")) {
      mapping = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, SLOTS * 8);
    }
  }

  /**
   * @param args where its files are
   */
  public static void main(String[] args) throws Exception {
    Diary diary = new Diary(Path.of(args[0]));
    Thread writer = new Thread(diary::write, "writer");
    writer.setDaemon(true);
    writer.start();
    Control.serve(
        question ->
            switch (question) {
              case "check" -> String.valueOf(diary.check());
              case "round" -> String.valueOf(diary.round());
              default -> throw new IllegalArgumentException(question);
            });
  }

  private Path volume() {
    return place.resolve("volume");
  }

  private void write() {
    try {
      while (true) {
        synchronized (this) {
          note();
        }
        Thread.sleep(1);
      }
    } catch (IOException | InterruptedException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private void note() throws IOException {
    log.write((round + "\n").getBytes(StandardCharsets.UTF_8));
    int slot = (int) (round % SLOTS);
    table.seek(slot * 8L);
    table.writeLong(round);
    mapping.putLong(slot * 8, round);
    journal.seek(round * 8);
    journal.writeLong(round * 31);
    Path draft = volume().resolve("state.new");
    Files.writeString(draft, String.valueOf(round));
    Files.move(draft, volume().resolve("state"), StandardCopyOption.ATOMIC_MOVE);
    Path directory = volume().resolve("of-" + round % 3);
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("young-" + round), "young " + round);
    if (round >= YOUNG) {
      long old = round - YOUNG;
      Files.delete(volume().resolve("of-" + old % 3).resolve("young-" + old));
    }
    round++;
  }

  private synchronized long round() {
    return round;
  }

  /** How many rounds there were; all files must say the same. */
  private synchronized long check() throws IOException {
    List<String> lines = Files.readAllLines(place.resolve("diary.log"));
    require(lines.size() == round, "the log has " + lines.size() + " lines in round " + round);
    require(journal.length() == round * 8, "the journal has " + journal.length() + " bytes");
    for (int i = 0; i < round; i++) {
      require(lines.get(i).equals("" + i), "line " + i + " is " + lines.get(i));
      if (i % 97 != 0 && i < round - 10) continue;
      journal.seek(i * 8L);
      require(journal.readLong() == i * 31L, "entry " + i + " of the journal");
    }
    for (int slot = 0; slot < SLOTS && slot < round; slot++) {
      long last = round - 1 - Math.floorMod(round - 1 - slot, SLOTS);
      table.seek(slot * 8L);
      long there = table.readLong();
      require(there == last, "slot " + slot + " of the table is " + there + ", not " + last);
      require(mapping.getLong(slot * 8) == last, "slot " + slot + " of the mapping");
    }
    require(
        Files.readString(volume().resolve("state")).equals("" + (round - 1)), "the renamed file");
    Set<String> expected = new TreeSet<>();
    for (long young = Math.max(0, round - YOUNG); young < round; young++)
      expected.add("young-" + young);
    try (Stream<Path> all = Files.walk(volume())) {
      Set<String> found =
          all.map(path -> path.getFileName().toString())
              .filter(name -> name.startsWith("young-"))
              .collect(Collectors.toCollection(TreeSet::new));
      require(found.equals(expected), "below the volume are " + found + ", not " + expected);
    }
    return round;
  }
}
