package io.sojourn.subjects.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * Appends numbers to a topic of a broker that may be set back, each at the offset before it.
 * Arguments: the broker. Told by lines: "go" appends, from the topic's end on, until "stop", or
 * until the broker is gone; "check N" reads all of it, of which there must be N records at least.
 * Says how many are acknowledged ("acknowledged N"), "stopped", "checked N"; and "wrong", and why,
 * where a number is not at its place.
 */
final class Numbers {
  private static final TopicPartition TOPIC = new TopicPartition("numbers", 0);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int BATCH = 20;

  private final String broker;
  private volatile boolean over;

  private Numbers(String broker) {
    this.broker = broker;
  }

  public static void main(String[] arguments) throws Exception {
    Numbers numbers = new Numbers(arguments[0]);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
      admin.createTopics(List.of(new NewTopic(TOPIC.topic(), 1, (short) 1))).all().get();
    }
    say("ready");
    BufferedReader told =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Thread work = null;
    for (String line; (line = told.readLine()) != null; )
      if (line.equals("go")) {
        work = new Thread(numbers::append);
        work.start();
      } else if (line.equals("stop")) {
        numbers.over = true;
        if (work != null) work.join();
        numbers.over = false;
        say("stopped");
      } else numbers.check(Long.parseLong(line.split(" ")[1]));
    System.exit(0);
  }

  private static void say(String what) {
    System.out.println(what);
  }

  private void append() {
    KafkaProducer<Long, Long> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker, "acks", "all", "linger.ms", 0),
            new LongSerializer(),
            new LongSerializer());
    try (KafkaConsumer<Long, Long> reader = reader()) {
      long next = end(reader);
      while (!over) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < BATCH; i++)
          sent.add(
              producer.send(
                  new ProducerRecord<>(
                      TOPIC.topic(), TOPIC.partition(), next + i, (next + i) * (next + i))));
        for (Future<RecordMetadata> one : sent) {
          long offset = acknowledged(one);
          if (offset < 0) return;
          if (offset != next++) say("wrong: offset " + offset + " for number " + (next - 1));
        }
        say("acknowledged " + next);
      }
    } catch (InterruptedException | RuntimeException gone) {
      say("the broker is gone: " + gone);
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  /** Looks up now and then whether it is to go on: a broker that is dead says nothing. */
  private long acknowledged(Future<RecordMetadata> one) throws InterruptedException {
    while (!over)
      try {
        return one.get(100, TimeUnit.MILLISECONDS).offset();
      } catch (TimeoutException notYet) {
        continue;
      } catch (ExecutionException failed) {
        say("the broker is gone: " + failed.getCause());
        return -1;
      }
    return -1;
  }

  private KafkaConsumer<Long, Long> reader() {
    KafkaConsumer<Long, Long> reader =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", broker, "default.api.timeout.ms", (int) PATIENCE.toMillis()),
            new LongDeserializer(),
            new LongDeserializer());
    reader.assign(List.of(TOPIC));
    return reader;
  }

  private static long end(KafkaConsumer<Long, Long> reader) {
    return Objects.requireNonNull(reader.endOffsets(List.of(TOPIC)).get(TOPIC));
  }

  private void check(long least) throws IOException {
    try (KafkaConsumer<Long, Long> reader = reader()) {
      long end = end(reader), expected = 0;
      reader.seekToBeginning(List.of(TOPIC));
      long patience = System.nanoTime() + PATIENCE.toNanos();
      while (expected < end && System.nanoTime() < patience)
        for (ConsumerRecord<Long, Long> one : reader.poll(Duration.ofMillis(100))) {
          if (one.offset() != expected
              || one.key() != expected
              || one.value() != expected * expected) say("wrong: " + one + " at " + expected);
          expected++;
        }
      if (expected < end) say("wrong: " + expected + " of " + end + " could be read");
      if (expected < least) say("wrong: " + expected + " records, " + least + " were acknowledged");
      say("checked " + expected);
    }
  }
}
