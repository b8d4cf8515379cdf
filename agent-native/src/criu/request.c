#include "request.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool request_read(struct request *request) {
  const char *wanted = getenv("SOJOURN_SNAPSHOT");
  int task, descriptor, end = 0;
  if (!wanted || sscanf(wanted, "%d:%d:%n", &task, &descriptor, &end) != 2 || !end) return false;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", task, descriptor);
  int block = open(path, O_RDWR | O_CLOEXEC);
  if (block < 0) return false;
  struct control_block *control = mmap(NULL, CONTROL_BLOCK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, block, 0);
  close(block);
  if (control == MAP_FAILED) return false;
  if (memcmp(control->magic, CONTROL_BLOCK_MAGIC, sizeof control->magic) || control->version != CONTROL_BLOCK_VERSION) {
    munmap(control, CONTROL_BLOCK_SIZE);
    return false;
  }
  *request = (struct request){.task = task, .control = control, .record = wanted + end};
  return true;
}
