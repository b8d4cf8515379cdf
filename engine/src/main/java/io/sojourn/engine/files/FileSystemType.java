package io.sojourn.engine.files;

import java.util.Set;

/** What is true of all file systems of one type, as statfs(2) numbers them (linux/magic.h). */
public final class FileSystemType {
  private static final long EXT = 0xef53,
      XFS = 0x58465342,
      BTRFS = 0x9123683eL,
      BCACHEFS = 0xca451a4eL,
      ZFS = 0x2fc12fc1,
      F2FS = 0xf2f52010L,
      JFS = 0x3153464a,
      REISERFS = 0x52654973,
      NILFS = 0x3434,
      TMPFS = 0x01021994,
      RAMFS = 0x858458f6L,
      OVERLAYFS = 0x794c7630,
      VFAT = 0x4d44,
      EXFAT = 0x2011bab0,
      NTFS = 0x7366746e,
      HFSPLUS = 0x482b,
      UDF = 0x15013346,
      ISO9660 = 0x9660,
      SQUASHFS = 0x73717368,
      EROFS = 0xe0f5e1e2L;

  private static final Set<Long> CHANGE_HERE_ONLY =
      Set.of(
          EXT, XFS, BTRFS, BCACHEFS, ZFS, F2FS, JFS, REISERFS, NILFS, TMPFS, RAMFS, OVERLAYFS, VFAT,
          EXFAT, NTFS, HFSPLUS, UDF, ISO9660, SQUASHFS, EROFS);

  /** Those of which a directory says whether it folds case, if they can. */
  private static final Set<Long> SAY_HOW_THEY_COMPARE = Set.of(EXT, BTRFS, F2FS, TMPFS, XFS);

  private static final long FS_IOC_GETFLAGS = 0x80086601L, XFS_IOC_FSGEOMETRY_V1 = 0x80705864L;
  private static final int FS_CASEFOLD_FL = 0x40000000;

  /** struct xfs_fsop_geom_v1: its size, where its flags are, and what they say of names. */
  private static final int GEOMETRY_SIZE = 112, GEOMETRY_FLAGS = 92, DIRV2CI = 1 << 13;

  private FileSystemType() {}

  /**
   * Nobody changes what is on it but this kernel, by calls that it can tell of: not what others
   * change over a network (NFS, SMB, Ceph), what a process makes up (FUSE), or what is not known
   * here.
   *
   * @param number statfs(2)'s f_type
   */
  static boolean changesHereOnly(long number) {
    return CHANGE_HERE_ONLY.contains(number);
  }

  /**
   * A file is found by the names alone with which its directory lists it, byte for byte.
   *
   * @param fd a directory, opened to be read
   */
  public static boolean hasExactNames(int fd) {
    long type = number(fd);
    if (!SAY_HOW_THEY_COMPARE.contains(type)) return false;
    NativeMemory memory = new NativeMemory(GEOMETRY_SIZE);
    if (type == XFS)
      return DeviceCalls.control(fd, XFS_IOC_FSGEOMETRY_V1, memory) >= 0
          && (memory.bytes().getInt(GEOMETRY_FLAGS) & DIRV2CI) == 0;
    int told = DeviceCalls.control(fd, FS_IOC_GETFLAGS, memory);
    // Before it could fold case, a tmpfs had no flags at all.
    if (told < 0) return type == TMPFS && Result.errno(told) == ErrorNumber.ENOTTY;
    return (memory.bytes().getInt(0) & FS_CASEFOLD_FL) == 0;
  }

  /** statfs(2)'s f_type; 0 where it cannot be had. */
  private static long number(int fd) {
    NativeMemory memory = new NativeMemory(120);
    // SAFETY: struct statfs has 120 bytes on 64-bit Linux; f_type is the first.
    int done = LibcFiles.fstatfs(fd, memory.address());
    memory.keep();
    return done < 0 ? 0 : memory.bytes().getLong(0);
  }
}
