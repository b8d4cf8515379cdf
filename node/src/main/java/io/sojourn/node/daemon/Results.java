package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Phase;

/** What all operations on an image answer. */
final class Results {
  private Results() {}

  static OperationResult.Builder of(ImageDirectory image, Report report) {
    OperationResult.Builder result =
        OperationResult.newBuilder()
            .setTask(image.manifest().getTask().getName())
            .setTaskId(image.manifest().getTask().getId())
            .setImage(image.name())
            .setDirectory(image.path().toString())
            .setBytes(image.bytes())
            .setIncarnation(image.manifest().getTask().getIncarnation())
            .setTotalMillis(report.totalMillis())
            .addAllWarnings(report.warnings());
    for (Report.Phase phase : report.phases())
      result.addPhases(Phase.newBuilder().setName(phase.name()).setMillis(phase.millis()));
    return result;
  }

  /** The whole of what was done with its members. */
  static OperationResult ofGroup(OperationResult.Builder group, Report report) {
    group.addAllWarnings(report.warnings());
    for (OperationResult member : group.getMembersList()) {
      group.setBytes(group.getBytes() + member.getBytes());
      group.setPauseMillis(Math.max(group.getPauseMillis(), member.getPauseMillis()));
      for (String warning : member.getWarningsList())
        group.addWarnings(member.getTask() + ": " + warning);
    }
    for (Report.Phase phase : report.phases())
      group.addPhases(Phase.newBuilder().setName(phase.name()).setMillis(phase.millis()));
    return group.setTotalMillis(report.totalMillis()).build();
  }
}
