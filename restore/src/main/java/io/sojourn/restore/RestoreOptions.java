package io.sojourn.restore;

/**
 * @param asClone make a second task of the image, in namespaces of its own
 * @param acceptChangedFiles go on where a file has another content but its old size
 * @param streamsMayBeLost a standard stream whose other end is gone becomes /dev/null
 */
public record RestoreOptions(
    boolean asClone, boolean acceptChangedFiles, boolean streamsMayBeLost) {
  public static final RestoreOptions DEFAULT = new RestoreOptions(false, false, false);
}
