package io.sojourn.subjects.spring;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** State that only this process has. */
@RestController
class CounterController {
  private final AtomicLong count = new AtomicLong();
  private final Notes notes;

  CounterController(Notes notes) {
    this.notes = notes;
  }

  @PostMapping("/count")
  long count() {
    return count.incrementAndGet();
  }

  /** What the application heard of checkpoints, a line each. */
  @GetMapping("/notes")
  String notes() {
    return notes.text();
  }

  /** At the next checkpoint. */
  @PostMapping("/refuse")
  void refuse() {
    notes.refuse();
  }

  /** At checkpoints from now on. */
  @PostMapping("/hang")
  void hang(@RequestParam("millis") long millis) {
    notes.hang(millis);
  }

  /** A device, closed before checkpoints and opened again afterwards. */
  @PostMapping("/open")
  void open() throws IOException {
    notes.open();
  }

  /** The application asks for a checkpoint by itself; what came of it is in the notes. */
  @PostMapping("/checkpoint")
  void checkpoint() {
    new Thread(notes::checkpoint, "asks for a checkpoint").start();
  }
}
