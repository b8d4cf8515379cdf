package io.sojourn.node.schedule;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.repository.Retention;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;

/**
 * A task's periodic checkpoints, and how they went.
 *
 * @param task its id
 * @param everyMillis 0: automatic
 * @param keep how many of the images that were made so stay; 0: all
 * @param keepDaily of how many days the last one stays besides
 * @param uid on whose behalf
 * @param crac whether the program's CRaC resources are called
 * @param sinceEpochMillis when it was begun
 * @param lastEpochMillis when it was last tried; 0: never
 * @param lastFailure why that failed; "" where it did not
 * @param images directories of those that were made so and not removed, the oldest first
 * @param costs of the last ones, in milliseconds
 * @param failures how often the task was restored from a checkpoint
 * @param files what was said of files
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Schedule(
    String task,
    long everyMillis,
    int keep,
    int keepDaily,
    int uid,
    boolean crac,
    long sinceEpochMillis,
    long lastEpochMillis,
    String lastFailure,
    List<String> images,
    List<Long> costs,
    int failures,
    FileWishes files) {
  private static final int REMEMBERED_COSTS = 5;

  public Schedule {
    images = List.copyOf(images);
    costs = List.copyOf(costs);
    // One that an older daemon has noted.
    files = Objects.requireNonNullElse(files, FileWishes.NONE);
  }

  public static Schedule begin(
      String task,
      Interval every,
      Retention stays,
      int uid,
      boolean crac,
      FileWishes files,
      long nowEpochMillis) {
    return new Schedule(
        task,
        every.millis(),
        stays.keep(),
        stays.keepDaily(),
        uid,
        crac,
        nowEpochMillis,
        0,
        "",
        List.of(),
        List.of(),
        0,
        files);
  }

  /** Another rhythm; what was experienced stays. */
  Schedule changed(Schedule wanted) {
    return new Schedule(
        task,
        wanted.everyMillis,
        wanted.keep,
        wanted.keepDaily,
        wanted.uid,
        wanted.crac,
        sinceEpochMillis,
        lastEpochMillis,
        lastFailure,
        images,
        costs,
        failures,
        wanted.files);
  }

  Schedule made(String image, long costMillis, long nowEpochMillis) {
    List<String> all = new ArrayList<>(images);
    all.add(image);
    List<Long> last = new ArrayList<>(costs);
    last.add(costMillis);
    while (last.size() > REMEMBERED_COSTS) last.remove(0);
    return with(nowEpochMillis, "", all, last, failures);
  }

  Schedule failed(String why, long nowEpochMillis) {
    return with(nowEpochMillis, why, images, costs, failures);
  }

  Schedule without(List<String> removed) {
    List<String> left = new ArrayList<>(images);
    left.removeAll(removed);
    return with(lastEpochMillis, lastFailure, left, costs, failures);
  }

  Schedule revived() {
    return with(lastEpochMillis, lastFailure, images, costs, failures + 1);
  }

  private Schedule with(
      long last, String failure, List<String> imagesNow, List<Long> costsNow, int failuresNow) {
    return new Schedule(
        task,
        everyMillis,
        keep,
        keepDaily,
        uid,
        crac,
        sinceEpochMillis,
        last,
        failure,
        imagesNow,
        costsNow,
        failuresNow,
        files);
  }

  /** In milliseconds, as it is now. */
  public long intervalMillis(long nowEpochMillis) {
    return everyMillis != 0
        ? everyMillis
        : YoungDaly.interval(costs, failures, nowEpochMillis - sinceEpochMillis);
  }

  /** When the next one is due. A clock that was set back must not put it off for long. */
  public long dueEpochMillis(long nowEpochMillis) {
    long last = Math.max(sinceEpochMillis, lastEpochMillis);
    return Math.min(last, nowEpochMillis) + intervalMillis(nowEpochMillis);
  }

  /**
   * Those that are too many, the oldest first.
   *
   * @param madeEpochMillis when an image was made
   */
  List<String> surplus(ToLongFunction<String> madeEpochMillis) {
    List<Retention.Made> made = new ArrayList<>();
    for (String image : images)
      made.add(new Retention.Made(image, made.size(), madeEpochMillis.applyAsLong(image)));
    return new Retention(keep, keepDaily)
        .excess(made, ZoneId.systemDefault()).stream().map(Retention.Made::name).toList();
  }
}
