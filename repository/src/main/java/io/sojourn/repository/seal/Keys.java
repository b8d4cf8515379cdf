package io.sojourn.repository.seal;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Keys of 256 bits in a text, one a line, in hex or base64; {@code #} begins a remark. The first is
 * for what is written, all are for what is read: so a key is changed by putting another above it.
 */
public record Keys(List<byte[]> keys) {
  private static final String MEND =
      "write one key a line, 64 hex digits each: openssl rand -hex 32";
  private static final int BYTES = 32;

  /**
   * @param source for messages
   */
  public static Keys parse(String text, String source) {
    List<byte[]> keys = new ArrayList<>();
    for (String line : text.split("[\\n,]", -1)) {
      String key = line.replaceAll("#.*", "").strip();
      if (!key.isEmpty()) keys.add(decode(key, source));
    }
    if (keys.isEmpty()) throw OperationException.usage("there is no key in " + source, MEND);
    return new Keys(List.copyOf(keys));
  }

  /** As above; refuses a file that others may read. */
  public static Keys read(Path file) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file, new LinkOption[0]);
      if (mode.contains(PosixFilePermission.OTHERS_READ)
          || mode.contains(PosixFilePermission.OTHERS_WRITE))
        throw OperationException.usage(
            "the keys in " + file + " can be read or written by everybody", "chmod 600 " + file);
      return parse(Files.readString(file), file.toString());
    } catch (IOException unreadable) {
      throw OperationException.usage(
          "the key file " + file + " cannot be read: " + unreadable, MEND);
    }
  }

  private static byte[] decode(String text, String source) {
    try {
      byte[] key =
          text.length() == 2 * BYTES
              ? HexFormat.of().parseHex(text)
              : Base64.getDecoder().decode(text);
      if (key.length == BYTES) return key;
    } catch (IllegalArgumentException neither) {
      // Said below, without the text.
    }
    throw OperationException.usage("a key in " + source + " has not 256 bits", MEND);
  }
}
