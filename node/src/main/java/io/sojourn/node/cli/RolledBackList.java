package io.sojourn.node.cli;

import io.sojourn.protocol.image.KeptFile;
import io.sojourn.protocol.image.RolledBack;
import io.sojourn.protocol.node.ListRolledBackResponse.Entry;
import java.util.List;
import java.util.Locale;

/** What files held before restores put them back, in words. */
final class RolledBackList {
  private RolledBackList() {}

  static JsonText toJson(List<Entry> entries) {
    JsonText text = new JsonText().object().array("rolledBack");
    for (Entry entry : entries) {
      RolledBack record = entry.getRolledBack();
      text.object()
          .put("name", record.getName())
          .put("image", record.getImage())
          .put("task", record.getTask())
          .put("taskId", record.getTaskId())
          .put("epochMillis", record.getEpochMillis())
          .put("directory", entry.getDirectory())
          .put("done", record.getState() == RolledBack.State.DONE)
          .array("files");
      for (KeptFile file : record.getFilesList())
        text.object()
            .put("path", file.getPath())
            .put("what", what(file))
            .put("bytes", file.getBytes())
            .put("offset", file.getOffset())
            .put("kept", kept(entry, file))
            .end();
      text.end().end();
    }
    return text.end().end();
  }

  private static String what(KeptFile file) {
    return file.getWhat() == KeptFile.What.LEFT
        ? "created, left there"
        : file.getWhat().name().toLowerCase(Locale.ROOT);
  }

  private static String kept(Entry entry, KeptFile file) {
    return file.getKeptAs().isEmpty() ? "" : entry.getDirectory() + "/" + file.getKeptAs();
  }

  static String toTable(List<Entry> entries, long nowMillis) {
    Table table = new Table("ROLLED BACK", "TASK", "WHEN", "FILE", "WAS", "KEPT>", "AS");
    for (Entry entry : entries) {
      RolledBack record = entry.getRolledBack();
      String note = record.getState() == RolledBack.State.DONE ? "" : ", cut short";
      for (KeptFile file : record.getFilesList())
        table.row(
            record.getName(),
            record.getTask() + " (" + record.getTaskId() + ")",
            Units.ago(record.getEpochMillis(), nowMillis) + note,
            file.getPath(),
            what(file),
            file.getKeptAs().isEmpty() ? "-" : Units.bytes(file.getBytes()),
            file.getKeptAs().isEmpty() ? "-" : kept(entry, file));
    }
    return table.toString();
  }
}
