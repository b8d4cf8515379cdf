package io.sojourn.restore.fuse;

/**
 * What we and the kernel agree on: struct fuse_init_in and fuse_init_out.
 *
 * <p>Not agreed on: FUSE_WRITEBACK_CACHE. With it the kernel believes that nobody else changes a
 * file's size, and has no way to be told; appends by home's own processes would be overwritten.
 */
final class InitExchange {
  private static final int MAJOR = 7;

  /** The last minor version whose words are used here. */
  private static final int MINOR = 40;

  private static final long ASYNC_READ = 1;
  private static final long POSIX_LOCKS = 1 << 1;
  private static final long ATOMIC_O_TRUNC = 1 << 3;
  private static final long BIG_WRITES = 1 << 5;
  private static final long DONT_MASK = 1 << 6;
  private static final long FLOCK_LOCKS = 1 << 10;
  private static final long AUTO_INVAL_DATA = 1 << 12;
  private static final long DO_READDIRPLUS = 1 << 13;
  private static final long READDIRPLUS_AUTO = 1 << 14;
  private static final long ASYNC_DIO = 1 << 15;
  private static final long PARALLEL_DIROPS = 1 << 18;
  private static final long POSIX_ACL = 1 << 20;
  private static final long ABORT_ERROR = 1 << 21;
  private static final long MAX_PAGES = 1 << 22;
  private static final long CACHE_SYMLINKS = 1 << 23;
  private static final long EXPLICIT_INVAL_DATA = 1 << 25;
  private static final long HANDLE_KILLPRIV_V2 = 1 << 28;
  private static final long INIT_EXT = 1 << 30;
  static final long HAS_EXPIRE_ONLY = 1L << 35;
  private static final long DIRECT_IO_ALLOW_MMAP = 1L << 36;

  private static final long WANTED =
      ASYNC_READ
          | POSIX_LOCKS
          | ATOMIC_O_TRUNC
          | BIG_WRITES
          | DONT_MASK
          | FLOCK_LOCKS
          | DO_READDIRPLUS
          | READDIRPLUS_AUTO
          | ASYNC_DIO
          | PARALLEL_DIROPS
          | POSIX_ACL
          | ABORT_ERROR
          | MAX_PAGES
          | CACHE_SYMLINKS
          | HANDLE_KILLPRIV_V2
          | INIT_EXT
          | HAS_EXPIRE_ONLY
          | DIRECT_IO_ALLOW_MMAP;

  /** The most in one request: pages of 4 KiB. */
  private static final int PAGES = 256;

  private static final int READ_AHEAD = 1 << 20;

  private InitExchange() {}

  /** Writes the reply; the flags agreed on. */
  static long answer(FuseRequest in, boolean watching, FuseReply out)
      throws MalformedRequestException {
    if (in.u32(0) != MAJOR || in.u32(4) < 31)
      throw new MalformedRequestException(
          "the kernel speaks FUSE " + in.u32(0) + "." + in.u32(4) + "; 7.31 is needed");
    long offered = in.u32(12) & 0xffffffffL;
    if ((offered & INIT_EXT) != 0) offered |= (long) in.u32(16) << 32;
    long wanted = WANTED | (watching ? EXPLICIT_INVAL_DATA : AUTO_INVAL_DATA);
    long agreed = offered & wanted;
    out.begin()
        .u32(MAJOR)
        .u32(Math.min(MINOR, in.u32(4)))
        .u32(Math.max(in.u32(8), READ_AHEAD))
        .u32((int) agreed)
        .u16(64)
        .u16(48)
        .u32(PAGES * 4096)
        .u32(1)
        .u16(PAGES)
        .u16(0)
        .u32((int) (agreed >>> 32))
        .zeros(28);
    return agreed;
  }
}
