package io.sojourn.node.command;

/** As in {@code agent-native/src/client/frame.h}. */
final class FrameType {
  /** A length of four bytes and the type. */
  static final int HEAD = 5;

  static final byte ARGUMENT = 'a';
  static final byte DIRECTORY = 'd';
  static final byte VARIABLE = 'v';
  static final byte CHARSET = 'c';
  static final byte WINDOW = 'w';
  static final byte GO = 'g';

  static final byte HELLO = 'h';
  static final byte OUTPUT = '1';
  static final byte ERROR = '2';
  static final byte STATUS = 'x';

  private FrameType() {}
}
