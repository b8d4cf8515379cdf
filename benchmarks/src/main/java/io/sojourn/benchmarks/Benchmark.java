package io.sojourn.benchmarks;

/** One question, answered by measuring. */
interface Benchmark {
  Section measure(Plan plan) throws Failure, InterruptedException;
}
