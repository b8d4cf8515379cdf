package io.sojourn.examples.lucene;

import io.sojourn.examples.JsonLine;
import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.StatusFile;
import io.sojourn.examples.Stop;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * A program that indexes without end: documents come, replace older ones, are committed, and
 * segments merge. So the index stays of one size, and its files, many of them mapped, come and go.
 *
 * <p>After each commit the index is opened and must hold as many documents as were put in. Lucene's
 * lock on the directory is a file lock, held all the time.
 */
public final class Indexer implements Program {

  public static void main(String[] args) {
    Program.main(new Indexer(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Indexer --index DIR [options]: indexes until SIGTERM, and prints its counts as JSON
          --index DIR     where the index is made anew
          --documents N   different documents; later ones replace older ones (50000)
          --commit N      documents from commit to commit (1000)
          --total N       ends after so many documents
          --seconds N     ends by itself after N seconds
          --seed S        of the documents (1)
          --status FILE   appends lines about itself: gaps between its ticks, indexed
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    Path path = Path.of(options.required("--index"));
    int different = options.count("--documents", 50_000);
    int perCommit = options.count("--commit", 1000);
    long total = options.number("--total", Long.MAX_VALUE, 1);
    Documents documents = new Documents(options.number("--seed", 1, Long.MIN_VALUE));
    if (options.has("--seconds")) {
      stop.after(Duration.ofSeconds(options.count("--seconds", 1)));
    }
    AtomicLong indexed = new AtomicLong();
    try (Directory directory = FSDirectory.open(path);
        IndexWriter writer = new IndexWriter(directory, config());
        Closeable status = StatusFile.of(options, line -> line.with("indexed", indexed.get()))) {
      long commits = 0;
      while (!stop.told() && indexed.get() < total) {
        long end = Math.min(total, indexed.get() + perCommit);
        while (indexed.get() < end) {
          String id = Long.toString(indexed.get() % different);
          Document document = documents.document(id, indexed.get());
          writer.updateDocument(new Term("id", id), document);
          indexed.incrementAndGet();
        }
        writer.commit();
        commits++;
        check(directory, Math.min(indexed.get(), different));
      }
      out.println(new JsonLine().with("indexed", indexed.get()).with("commits", commits));
    }
    return 0;
  }

  private static IndexWriterConfig config() {
    return new IndexWriterConfig(new StandardAnalyzer())
        .setOpenMode(IndexWriterConfig.OpenMode.CREATE);
  }

  private static void check(Directory directory, long expected) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      if (reader.numDocs() != expected) {
        throw new IOException(
            "the index holds " + reader.numDocs() + " documents instead of " + expected);
      }
    }
  }
}
