package io.sojourn.victim;

import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.FlightRecorder;
import jdk.jfr.consumer.RecordingFile;

/** Counts the events of the recording that it was started with. */
public final class Recorded {
  public static void main(String[] args) throws Exception {
    Control.serve(
        question -> {
          Path file = Path.of("recording.jfr");
          FlightRecorder.getFlightRecorder().getRecordings().get(0).dump(file);
          int events = RecordingFile.readAllEvents(file).size();
          Files.delete(file);
          return String.valueOf(events);
        });
  }

  private Recorded() {}
}
