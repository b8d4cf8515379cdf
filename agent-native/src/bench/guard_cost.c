// Native methods of io.sojourn.benchmarks.guard.GuardLoops: what the guard makes slower, and nothing else.
#include <jni.h>
#include <stdlib.h>
#include <string.h>

#include "migrate_guard.h"

// Exported, so that it is called by way of the import table, as another library's would be.
__attribute__((visibility("default"), noinline)) long guard_cost_function(long argument) {
  __asm__ volatile("" : "+r"(argument));
  return argument;
}

JNIEXPORT void JNICALL Java_io_sojourn_benchmarks_guard_GuardLoops_regions(JNIEnv *jni, jclass loops, jlong count) {
  (void)jni, (void)loops;
  for (jlong i = 0; i < count; i++) {
    migrate_guard_enter();
    __asm__ volatile("" ::: "memory");
    migrate_guard_leave();
  }
}

JNIEXPORT void JNICALL Java_io_sojourn_benchmarks_guard_GuardLoops_functions(JNIEnv *jni, jclass loops, jlong count) {
  (void)jni, (void)loops;
  for (jlong i = 0; i < count; i++) guard_cost_function(i);
}

JNIEXPORT void JNICALL Java_io_sojourn_benchmarks_guard_GuardLoops_pairs(JNIEnv *jni, jclass loops, jlong count) {
  (void)jni, (void)loops;
  for (jlong i = 0; i < count; i++) {
    void *block = malloc(64);
    __asm__ volatile("" : "+r"(block)::"memory");
    free(block);
  }
}

struct tree {
  struct tree *left, *right;
};

static struct tree *grow(int depth) {
  struct tree *tree = malloc(sizeof *tree);
  tree->left = depth ? grow(depth - 1) : NULL;
  tree->right = depth ? grow(depth - 1) : NULL;
  return tree;
}

static long count_and_free(struct tree *tree) {
  if (!tree) return 0;
  long count = 1 + count_and_free(tree->left) + count_and_free(tree->right);
  free(tree);
  return count;
}

// An allocation-heavy program: binary trees, a block a node, each walked once and freed (after H.-J. Boehm's GCBench).
JNIEXPORT jlong JNICALL Java_io_sojourn_benchmarks_guard_GuardLoops_trees(JNIEnv *jni, jclass loops, jint depth, jint count) {
  (void)jni, (void)loops;
  long nodes = 0;
  for (int i = 0; i < count; i++) nodes += count_and_free(grow(depth));
  return nodes;
}

static int by_text(const void *one, const void *other) { return strcmp(*(char *const *)one, *(char *const *)other); }

// A more usual one: lines of text, each copied to the heap, sorted, and freed.
JNIEXPORT jlong JNICALL Java_io_sojourn_benchmarks_guard_GuardLoops_lines(JNIEnv *jni, jclass loops, jint count) {
  (void)jni, (void)loops;
  char **lines = malloc((size_t)count * sizeof *lines);
  unsigned seed = 1;
  for (int i = 0; i < count; i++) {
    char line[64];
    size_t length = 20 + (seed >> 16) % 40;
    for (size_t k = 0; k < length; k++) {
      seed = seed * 1103515245 + 12345;
      line[k] = (char)('a' + (seed >> 16) % 26);
    }
    line[length] = 0;
    lines[i] = strdup(line);
  }
  qsort(lines, (size_t)count, sizeof *lines, by_text);
  long sum = 0;
  for (int i = 0; i < count; i++) {
    sum += lines[i][0];
    free(lines[i]);
  }
  free(lines);
  return sum;
}
