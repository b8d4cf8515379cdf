package io.sojourn.examples.lucene;

import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;

/** Made-up documents: some hundred words each, frequent ones and rare ones as in a language. */
final class Documents {
  private static final int VOCABULARY = 50_000;
  private static final int LEAST_WORDS = 50;
  private static final int MORE_WORDS = 150;

  private final long seed;

  Documents(long seed) {
    this.seed = seed;
  }

  /** The document with this number; always the same. */
  Document document(String id, long number) {
    Random random = new Random(seed ^ (number * 0x9e3779b97f4a7c15L));
    StringBuilder text = new StringBuilder();
    int words = LEAST_WORDS + random.nextInt(MORE_WORDS);
    for (int i = 0; i < words; i++) {
      text.append(word(random)).append(' ');
    }
    Document document = new Document();
    document.add(new StringField("id", id, Field.Store.YES));
    document.add(new TextField("text", text.toString(), Field.Store.YES));
    document.add(new NumericDocValuesField("number", number));
    return document;
  }

  private static String word(Random random) {
    // A product of uniform numbers is small more often than large: ranks as in Zipf's law, nearly.
    double rank = random.nextDouble() * random.nextDouble() * random.nextDouble();
    return "w" + Integer.toString((int) (rank * VOCABULARY), Character.MAX_RADIX);
  }
}
