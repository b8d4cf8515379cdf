package io.sojourn.subjects.servers;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;

/**
 * An idempotent producer, which sends numbers, and a consumer in a group, which must get each of
 * them once and in order. Arguments: the broker.
 */
final class Records {
  private static final String TOPIC = "numbers";

  private static final AtomicLong SENT = new AtomicLong();

  private Records() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, Object> broker = Map.of("bootstrap.servers", arguments[0]);
    try (Admin admin = Admin.create(broker)) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }
    new Shift().with(new Producing(arguments[0])).with(new Consuming(arguments[0])).run();
  }

  /** Nobody gives up because this machine is busy. */
  private static Map<String, Object> with(String broker, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("bootstrap.servers", broker);
    all.put("request.timeout.ms", 300_000);
    if (more.containsKey("acks")) all.put("delivery.timeout.ms", 310_000);
    else all.put("default.api.timeout.ms", 310_000);
    return all;
  }

  private static final class Producing implements Work {
    private final KafkaProducer<Long, Long> producer;
    private long acknowledged;

    Producing(String broker) {
      producer =
          new KafkaProducer<>(
              with(broker, Map.of("enable.idempotence", true, "acks", "all")),
              new LongSerializer(),
              new LongSerializer());
    }

    @Override
    public void once() throws Exception {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long number = SENT.incrementAndGet();
        sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, number, number * number)));
      }
      for (Future<RecordMetadata> one : sent)
        if (one.get().offset() != acknowledged++)
          throw new IOException("offset " + one.get().offset() + " for " + acknowledged);
    }

    @Override
    public void close() {
      producer.close();
    }
  }

  private static final class Consuming implements Work {
    private final KafkaConsumer<Long, Long> consumer;
    private long received;

    Consuming(String broker) {
      consumer =
          new KafkaConsumer<>(
              with(
                  broker,
                  Map.of(
                      "group.id",
                      "readers",
                      "auto.offset.reset",
                      "earliest",
                      "auto.commit.interval.ms",
                      500)),
              new LongDeserializer(),
              new LongDeserializer());
      consumer.subscribe(List.of(TOPIC));
    }

    @Override
    public void once() throws IOException {
      for (ConsumerRecord<Long, Long> one : consumer.poll(Duration.ofMillis(100))) {
        long expected = ++received;
        if (one.key() != expected || one.value() != expected * expected)
          throw new IOException("record " + one.key() + " instead of " + expected);
      }
    }

    @Override
    public void check() throws IOException {
      long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (received < SENT.get() && System.nanoTime() < patience) once();
      once();
      if (received != SENT.get())
        throw new IOException("received " + received + " of " + SENT + " records");
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
