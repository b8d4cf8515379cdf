package io.sojourn.node.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes one JSON document. A mapper from objects would take longer to load than most commands. */
final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final StringWriter text = new StringWriter();
  private final JsonGenerator json;

  private interface Step {
    void run() throws IOException;
  }

  JsonText() {
    try {
      json = FACTORY.createGenerator(text).useDefaultPrettyPrinter();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  JsonText object() {
    return step(json::writeStartObject);
  }

  JsonText object(String name) {
    return step(() -> json.writeObjectFieldStart(name));
  }

  JsonText array(String name) {
    return step(() -> json.writeArrayFieldStart(name));
  }

  /** Ends the object or array that was begun last. */
  JsonText end() {
    return json.getOutputContext().inArray()
        ? step(json::writeEndArray)
        : step(json::writeEndObject);
  }

  JsonText put(String name, @Nullable String value) {
    return step(() -> json.writeStringField(name, value));
  }

  JsonText put(String name, long value) {
    return step(() -> json.writeNumberField(name, value));
  }

  JsonText put(String name, boolean value) {
    return step(() -> json.writeBooleanField(name, value));
  }

  /** Milliseconds, to the microsecond. */
  JsonText millis(String name, double value) {
    return step(() -> json.writeNumberField(name, Math.round(value * 1000) / 1000.0));
  }

  JsonText none(String name) {
    return step(() -> json.writeNullField(name));
  }

  /** An element of an array. */
  JsonText add(String value) {
    return step(() -> json.writeString(value));
  }

  JsonText add(long value) {
    return step(() -> json.writeNumber(value));
  }

  private JsonText step(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Override
  public String toString() {
    step(json::flush);
    return text.toString();
  }
}
