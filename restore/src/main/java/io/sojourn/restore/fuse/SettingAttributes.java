package io.sojourn.restore.fuse;

import io.sojourn.protocol.files.SetAttributes;
import io.sojourn.protocol.files.Time;

/** struct fuse_setattr_in. */
final class SettingAttributes {
  private static final int MODE = 1;
  private static final int UID = 1 << 1;
  private static final int GID = 1 << 2;
  private static final int SIZE = 1 << 3;
  private static final int ATIME = 1 << 4;
  private static final int MTIME = 1 << 5;
  private static final int FH = 1 << 6;
  private static final int ATIME_NOW = 1 << 7;
  private static final int MTIME_NOW = 1 << 8;

  private SettingAttributes() {}

  static SetAttributes of(FuseRequest in) throws MalformedRequestException {
    int valid = in.u32(0);
    SetAttributes.Builder out = SetAttributes.newBuilder();
    if ((valid & FH) != 0) out.setHandle(in.u64(8));
    if ((valid & MODE) != 0) out.setMode(in.u32(68));
    if ((valid & UID) != 0) out.setUid(in.u32(76));
    if ((valid & GID) != 0) out.setGid(in.u32(80));
    if ((valid & SIZE) != 0) out.setSize(in.u64(16));
    if ((valid & ATIME_NOW) != 0) out.setAccessedNow(true);
    else if ((valid & ATIME) != 0) out.setAccessed(time(in.u64(32), in.u32(56)));
    if ((valid & MTIME_NOW) != 0) out.setModifiedNow(true);
    else if ((valid & MTIME) != 0) out.setModified(time(in.u64(40), in.u32(60)));
    return out.build();
  }

  private static Time time(long seconds, int nanos) {
    return Time.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }
}
