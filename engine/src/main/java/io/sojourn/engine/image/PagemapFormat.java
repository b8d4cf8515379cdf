package io.sojourn.engine.image;

/** Words of CRIU's pagemap images: see its images/pagemap.proto and criu/include/magic.h. */
final class PagemapFormat {
  static final int COMMON_MAGIC = 0x54564319;
  static final int PAGEMAP_MAGIC = 0x56084025;
  static final int LAZY = 2;
  static final int PRESENT = 4;
  static final int PAGE = 4096;

  private PagemapFormat() {}
}
