// What client and daemon exchange: a length of 4 bytes (the highest first), a type of one byte, and as many bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
  FRAME_HEAD = 5,
  // From us. A request is one frame of each but ARGUMENT and VARIABLE, which come once a word, and GO at its end.
  FRAME_ARGUMENT = 'a',
  FRAME_DIRECTORY = 'd',
  FRAME_VARIABLE = 'v', // NAME=VALUE
  FRAME_CHARSET = 'c',  // what output is written in
  FRAME_WINDOW = 'w',   // columns of the terminal; again when they change; never sent where nobody watches
  FRAME_GO = 'g',
  // From the daemon.
  FRAME_HELLO = 'h', // lines: protocol, build, and the commands that it takes, one each
  FRAME_OUTPUT = '1',
  FRAME_ERROR = '2',
  FRAME_STATUS = 'x', // one byte: the exit status; the last
};

struct frame {
  uint32_t length;
  char type;
};

void frame_encode(struct frame frame, unsigned char head[FRAME_HEAD]);
struct frame frame_decode(const unsigned char head[FRAME_HEAD]);
