package io.sojourn.subjects.micronaut;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import java.util.concurrent.atomic.AtomicLong;

/** State that only this process has. */
@Controller
class CounterController {
  private final AtomicLong count = new AtomicLong();
  private final Notes notes;

  CounterController(Notes notes) {
    this.notes = notes;
  }

  @Post(value = "/count", produces = MediaType.TEXT_PLAIN)
  String count() {
    return String.valueOf(count.incrementAndGet());
  }

  /** What the application heard of checkpoints, a line each. */
  @Get(value = "/notes", produces = MediaType.TEXT_PLAIN)
  String notes() {
    return notes.text();
  }
}
