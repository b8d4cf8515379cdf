package io.sojourn.repository.seal;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * AES-256-GCM by Tink. Each sealed piece begins with Tink's prefix: a 1 and the number of its key,
 * which is the beginning of the key's SHA-256.
 */
public final class KeyedSeal implements Seal {
  private static final int PREFIX = 5;

  private final Aead aead;
  private final int primary;
  private final Set<Integer> numbers;

  private KeyedSeal(Aead aead, int primary, Set<Integer> numbers) {
    this.aead = aead;
    this.primary = primary;
    this.numbers = numbers;
  }

  /** With the first of the keys for what is sealed, and all for what is opened. */
  public static KeyedSeal of(Keys keys) {
    try {
      AeadConfig.register();
      Set<Integer> numbers = new LinkedHashSet<>();
      KeysetHandle.Builder all = KeysetHandle.newBuilder();
      for (byte[] key : keys.keys()) {
        int number = number(key);
        if (!numbers.add(number)) continue;
        KeysetHandle.Builder.Entry entry = KeysetHandle.importKey(key(key, number));
        all.addEntry(numbers.size() == 1 ? entry.makePrimary() : entry);
      }
      Aead aead = all.build().getPrimitive(RegistryConfiguration.get(), Aead.class);
      return new KeyedSeal(aead, numbers.iterator().next(), numbers);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("AES-256-GCM is not to be had", impossible);
    }
  }

  @AccessesPartialKey
  private static AesGcmKey key(byte[] key, int number) throws GeneralSecurityException {
    return AesGcmKey.builder()
        .setParameters(
            AesGcmParameters.builder()
                .setKeySizeBytes(32)
                .setIvSizeBytes(12)
                .setTagSizeBytes(16)
                .setVariant(AesGcmParameters.Variant.TINK)
                .build())
        .setKeyBytes(SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get()))
        .setIdRequirement(number)
        .build();
  }

  private static int number(byte[] key) throws GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
    return ByteBuffer.wrap(digest).getInt();
  }

  @Override
  public byte[] seal(byte[] plain, byte[] context) {
    try {
      return aead.encrypt(plain, context);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public byte[] open(byte[] sealed, byte[] context) throws DamageException {
    if (sealed.length < PREFIX) throw new DamageException("it is cut off");
    if (sealed[0] != 1 || !numbers.contains(numberOf(sealed)))
      throw new DamageException(
          "it was encrypted with key %s, or is damaged; at hand: %s"
              .formatted(hex(numberOf(sealed)), names()));
    try {
      return aead.decrypt(sealed, context);
    } catch (GeneralSecurityException changed) {
      throw new DamageException("it is not what was encrypted: damaged, or changed", changed);
    }
  }

  @Override
  public boolean current(byte[] sealed) {
    return sealed.length >= PREFIX && sealed[0] == 1 && numberOf(sealed) == primary;
  }

  private List<String> names() {
    return numbers.stream().map(KeyedSeal::hex).toList();
  }

  private static int numberOf(byte[] sealed) {
    return ByteBuffer.wrap(Arrays.copyOfRange(sealed, 1, PREFIX)).getInt();
  }

  private static String hex(int number) {
    return HexFormat.of().toHexDigits(number);
  }
}
