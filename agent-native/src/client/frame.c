#include "frame.h"

void frame_encode(struct frame frame, unsigned char head[FRAME_HEAD]) {
  for (int i = 0; i < 4; i++) head[i] = (unsigned char)(frame.length >> (24 - 8 * i));
  head[4] = (unsigned char)frame.type;
}

struct frame frame_decode(const unsigned char head[FRAME_HEAD]) {
  uint32_t length = 0;
  for (int i = 0; i < 4; i++) length = length << 8 | head[i];
  return (struct frame){.length = length, .type = (char)head[4]};
}
