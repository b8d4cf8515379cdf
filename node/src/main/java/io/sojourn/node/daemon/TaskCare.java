package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.WaitStatus;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.archive.Archive;
import io.sojourn.node.move.Moves;
import io.sojourn.node.supervision.Care;
import io.sojourn.node.supervision.Incarnation;
import io.sojourn.node.supervision.Supervised;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.restore.ExitStatusFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How supervised tasks are, and how they are made to live again. */
record TaskCare(
    TaskRegistry registry,
    Operations operations,
    Moves moves,
    Restores restores,
    GroupRestores groups,
    Archive archive,
    Ownership ownership,
    Path runDirectory)
    implements Care {
  private static final Logger log = LoggerFactory.getLogger(TaskCare.class);

  @Override
  public Standing standing(String id) {
    if (operations.verb(id).isPresent()) return new Standing(Condition.BUSY, null);
    if (moves.whereIs(id).isPresent()) return new Standing(away(id), null);
    Optional<Task> known =
        registry.tasks().stream().filter(task -> task.id().equals(id)).findFirst();
    if (known.isEmpty()) return new Standing(Condition.GONE, null);
    Task task = known.get();
    Optional<Life> life = task.life();
    if (life.isPresent())
      return new Standing(
          Condition.RUNS, process(life.get().pid(), life.get().block().incarnation()));
    if (task.frozen()) return new Standing(Condition.RESTS, null);
    OptionalInt deputy = moves.deputyOf(id);
    return deputy.isPresent()
        ? new Standing(Condition.ENDS, process(deputy.getAsInt(), task.record().incarnation()))
        : new Standing(Condition.ENDED, null);
  }

  /** A group lives again only with all of its tasks at home. */
  private Condition away(String id) {
    if (!registry.group(id).isEmpty()) return Condition.RESTS;
    return moves.lost(id) ? Condition.LOST : Condition.AWAY;
  }

  static Incarnation process(int pid, int incarnation) {
    return new Incarnation(pid, Proc.startTicks(pid), incarnation, Cpu.bootId());
  }

  @Override
  public Optional<WaitStatus> noted(String id, int incarnation) {
    return ExitStatusFile.of(runDirectory, id, incarnation).read().flatMap(WaitStatus::parse);
  }

  @Override
  public Optional<WaitStatus> noted(String id) {
    return noted(id, registry.incarnation(id));
  }

  @Override
  public void became(Supervised task) {
    ownership.became(task);
  }

  @Override
  public void left(String task) {
    ownership.left(task);
  }

  /** A task of a group goes on with all of them, where there is an image of all. */
  @Override
  public String restart(Supervised task) {
    Caller owner = owner(task);
    String group = registry.group(task.task());
    if (!group.isEmpty()) ownership.refuseTaken(task.task());
    List<GroupImages.Found> images =
        group.isEmpty() ? List.of() : groups.imagesWith(task.task(), group, owner);
    return images.isEmpty() ? alone(task) : withGroup(task.task(), images, owner);
  }

  private String withGroup(String task, List<GroupImages.Found> images, Caller owner) {
    for (GroupImages.Found image : images)
      try {
        OperationResult done = groups.again(image, task, owner);
        for (String warning : done.getWarningsList()) log.warn("{}", warning);
        return "with its group, from %s, %d tasks".formatted(image.name(), done.getMembersCount());
      } catch (OperationException failed) {
        if (image.parts().stream().allMatch(this::whole)) throw failed;
        log.warn("image {} is passed over: {}", image.name(), failed.getMessage());
      }
    throw OperationException.notFound(
        "none of the images of its group is whole, of " + images.size(), "see ckpt images");
  }

  private static Caller owner(Supervised task) {
    return Caller.onBehalfOf(task.uid());
  }

  /** From the newest image; an older one takes the place of one that is damaged, and no other. */
  private String alone(Supervised task) {
    List<ImageDirectory> images =
        task.policy().anywhere() ? ownership.imagesNow(task.task()) : registry.images(task.task());
    for (ImageDirectory image : images)
      try {
        OperationResult done = restore(image, task);
        for (String warning : done.getWarningsList()) log.warn("task {}: {}", task.task(), warning);
        return String.format(
            Locale.ROOT,
            "from %s, life %d, pid %d",
            image.name(),
            done.getIncarnation(),
            done.getPid());
      } catch (OperationException failed) {
        if (whole(image)) throw failed;
        log.warn("image {} is passed over: {}", image.name(), failed.getMessage());
      }
    throw OperationException.notFound(
        images.isEmpty() ? "it has no image" : "none of its images is whole, of " + images.size(),
        "see ckpt images");
  }

  private OperationResult restore(ImageDirectory image, Supervised task) {
    return restores.again(
        RestoreRequest.newBuilder()
            .setTarget(image.path().toString())
            // Whoever read them has seen their end, perhaps; nobody is there to be asked.
            .setStreamsMayBeLost(true)
            .build(),
        owner(task));
  }

  private boolean whole(ImageDirectory image) {
    try {
      if (image.isHere()) Verification.full(image, done -> {});
      else archive.verify(image.name(), done -> {});
      return true;
    } catch (OperationException damaged) {
      // A repository that is away tells nothing of what it holds.
      return damaged.kind() == OperationException.Kind.FAILED;
    }
  }
}
