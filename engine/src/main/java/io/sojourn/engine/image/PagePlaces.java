package io.sojourn.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where in an image the pages of a process are that its pagemap leaves out, in order of addresses:
 * in a copy that was made before the dump, or, where they have changed since, in one of the last
 * moment.
 */
public record PagePlaces(List<Place> places) {
  /** In which member of the image. */
  public enum Copy {
    /** Of the time before the dump: pre-copied. */
    EARLIER("precopy"),
    LAST("lastcopy");

    private final String name;

    Copy(String name) {
      this.name = name;
    }

    /**
     * Name of the member.
     *
     * @param process its number in the image
     */
    public String member(int process) {
      return name + "-" + process + ".img";
    }
  }

  /**
   * Pages that follow each other in the process and in the member; all in bytes.
   *
   * @param address in the process
   * @param place in the member
   */
  public record Place(long address, long length, Copy copy, long place) {}

  private static final long GAP = 64 << 10;
  private static final int MAGIC = 0x534f4a50;
  private static final int HEAD = Integer.BYTES * 2;
  private static final int ENTRY = Long.BYTES * 4;

  private static Path file(Path images, int process) {
    return images.resolve("places-" + process + ".img");
  }

  /** Of a process of an image; empty where its pagemap leaves nothing out. */
  static Optional<PagePlaces> of(Path images, int process) throws IOException {
    Path file = file(images, process);
    return Files.exists(file) ? Optional.of(parse(Files.readAllBytes(file))) : Optional.empty();
  }

  static PagePlaces parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEAD || buffer.getInt() != MAGIC)
      throw new IOException("this says nothing of places of pages");
    int count = buffer.getInt();
    if (count < 0 || buffer.remaining() != (long) count * ENTRY)
      throw new IOException("the list of places of pages is cut off");
    List<Place> places = new ArrayList<>(count);
    for (int i = 0; i < count; i++)
      places.add(
          new Place(buffer.getLong(), buffer.getLong(), copy(buffer.getLong()), buffer.getLong()));
    return new PagePlaces(places);
  }

  private static Copy copy(long number) throws IOException {
    if (number < 0 || number >= Copy.values().length)
      throw new IOException("there is no copy " + number + " of pages");
    return Copy.values()[(int) number];
  }

  /** Puts it into an image. */
  public void write(Path images, int process) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.allocate(HEAD + places.size() * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(MAGIC).putInt(places.size());
    for (Place one : places)
      buffer
          .putLong(one.address())
          .putLong(one.length())
          .putLong(one.copy().ordinal())
          .putLong(one.place());
    Files.write(file(images, process), buffer.array());
  }

  /**
   * Those in one of the copies. What lies between two runs of the earlier one is in it, too, and
   * goes with them: it is cheaper to put a few pages that others replace than to leave them out.
   */
  List<PagesAside.Run> in(Copy copy) {
    List<PagesAside.Run> runs = new ArrayList<>();
    long reached = 0;
    boolean unbroken = false;
    for (Place place : places) {
      // Memory that nobody puts stays as it is.
      unbroken &= place.address() == reached;
      reached = place.address() + place.length();
      if (place.copy() != copy) continue;
      PagesAside.Run next = new PagesAside.Run(place.address(), place.place(), place.length());
      if (copy == Copy.EARLIER && unbroken && goesOn(runs.get(runs.size() - 1), next)) {
        PagesAside.Run before = runs.remove(runs.size() - 1);
        next = new PagesAside.Run(before.address(), before.place(), end(next) - before.address());
      }
      runs.add(next);
      unbroken = true;
    }
    return runs;
  }

  private static long end(PagesAside.Run run) {
    return run.address() + run.length();
  }

  private static boolean goesOn(PagesAside.Run before, PagesAside.Run next) {
    return next.address() - end(before) <= GAP
        && next.place() - before.place() == next.address() - before.address();
  }

  /**
   * @throws IOException where it does not say of each page that is left out where it is
   */
  void cover(Pagemap pagemap) throws IOException {
    int next = 0;
    for (Pagemap.Range range : pagemap.ranges()) {
      if (range.present()) continue;
      for (long at = range.start(); at < range.end(); next++) {
        Place place = next < places.size() ? places.get(next) : null;
        if (place == null || place.address() != at || place.length() > range.end() - at)
          throw new IOException("nothing says where the pages at " + at + " are");
        at += place.length();
      }
    }
    if (next < places.size()) throw new IOException("there are pages that nobody has left out");
  }
}
