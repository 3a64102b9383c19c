package io.bartizan.ratelimit.redis.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.SecretBytes;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The names of keys on Redis: {@code prefix:names:algorithms:{key}}.
 *
 * <p>The braces make the subject alone choose the Cluster slot. Inside them everything that is not
 * printable ASCII, and braces and the percent sign, is written as {@code %xx} or {@code %uxxxx}, so
 * that no key can end the tag, and different keys never become one.
 */
public final class RedisKeys {

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final int DIGEST_BYTES = 16;
  private static final RedisKeys CLEAR = new RedisKeys(null);

  private final @Nullable Mac mac;

  private RedisKeys(@Nullable Mac mac) {
    this.mac = mac;
  }

  /** Names with the keys in the clear, one for all, or hashed with this secret. */
  public static RedisKeys of(@Nullable SecretBytes hashKey) {
    return hashKey == null ? CLEAR : new RedisKeys(hashKey.lend(RedisKeys::mac));
  }

  /** The name of a key whose head ends in the brace that opens the hash tag. */
  public byte[] encode(String head, String key) {
    StringBuilder out = new StringBuilder(head.length() + key.length() + 8).append(head);
    if (mac != null) {
      out.append(digest(mac, key));
    } else {
      escape(out, key);
    }
    return out.append('}').toString().getBytes(UTF_8);
  }

  /** Whether Redis never sees the keys. */
  public boolean areHashed() {
    return mac != null;
  }

  /** The key that {@link #encode} named so, where keys are not hashed; null if it never does. */
  public static @Nullable String decode(String name) {
    String escaped = name.substring(name.indexOf('{') + 1, name.length() - 1);
    StringBuilder key = new StringBuilder();
    try {
      for (int i = 0; i < escaped.length(); i++) {
        char c = escaped.charAt(i);
        if (c != '%') {
          key.append(c);
        } else if (escaped.charAt(i + 1) == 'u') {
          key.append((char) Integer.parseInt(escaped, i + 2, i + 6, 16));
          i += 5;
        } else {
          key.append((char) Integer.parseInt(escaped, i + 1, i + 3, 16));
          i += 2;
        }
      }
    } catch (NumberFormatException | IndexOutOfBoundsException othersName) {
      return null;
    }
    StringBuilder again = new StringBuilder();
    escape(again, key.toString());
    return again.toString().equals(escaped) ? key.toString() : null;
  }

  private static void escape(StringBuilder out, String key) {
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c > 0x20 && c < 0x7f && c != '{' && c != '}' && c != '%') {
        out.append(c);
      } else if (c < 0x80) {
        out.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
      } else {
        out.append("%u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(HEX[(c >> shift) & 15]);
        }
      }
    }
  }

  private static String digest(Mac prototype, String key) {
    try {
      Mac mine = (Mac) prototype.clone();
      StringBuilder escaped = new StringBuilder();
      escape(escaped, key);
      byte[] whole = mine.doFinal(escaped.toString().getBytes(UTF_8));
      byte[] shortened = Arrays.copyOf(whole, DIGEST_BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(shortened);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this JVM's HmacSHA256 can't be cloned", e);
    }
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no HmacSHA256", e);
    }
  }
}
