package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What a {@code ckpt --json} said, and its exit status. */
public record Answer(String command, int status, JsonNode json, String err) {
  /** It was done. */
  public Answer done() {
    assertThat(status).as("%s", this).isZero();
    return this;
  }

  /** It was refused before anything was touched: message and mend name these. */
  public Answer refused(String... named) {
    return said(4, "refused", named);
  }

  /** It was begun and failed: message and mend name these. */
  public Answer failed(String... named) {
    return said(1, "failed", named);
  }

  /** There is no such thing. */
  public Answer notFound(String... named) {
    return said(3, "not_found", named);
  }

  private Answer said(int expected, String kind, String... named) {
    assertThat(status).as("%s", this).isEqualTo(expected);
    assertThat(json.at("/error/kind").asText()).as("%s", this).isEqualTo(kind);
    String text = json.at("/error/message").asText() + "\n" + json.at("/error/mend").asText();
    assertThat(text).as("%s", this).contains(named);
    assertThat(json.at("/error/mend").asText()).as("a mend in %s", this).isNotBlank();
    return this;
  }

  /** Names of the phases of what was done, in their order. */
  public List<String> phases() {
    return json.path("phases").findValuesAsText("name");
  }

  public String image() {
    return json.path("image").asText();
  }

  @Override
  public String toString() {
    return command + "\nexit status " + status + "\n" + json + "\n" + err;
  }
}
