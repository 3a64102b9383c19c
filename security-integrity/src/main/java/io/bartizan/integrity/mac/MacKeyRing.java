package io.bartizan.integrity.mac;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/**
 * The keys of signed values: a current one that signs, and earlier ones that still verify.
 *
 * <p>A key's id is made from the key ({@code HMAC-SHA256(key, "bartizan key id v1")}, its first 32
 * bits), so that two keys can't get one id by a slip of configuration, and each value names its
 * key: one key is tried, never all. To rotate without refusing anything on a fleet, first give
 * every instance the new key as an earlier one, then make it the current one, and drop the old key
 * when the longest validity has passed. Immutable and thread-safe.
 *
 * <pre>{@code
 * MacKeyRing ring = MacKeyRing.of(thisMonth, lastMonth);
 * MacKeyRing mounted = MacKeyRing.parse(SecretSource.file(path).read()); // one base64 key a line
 * }</pre>
 */
public final class MacKeyRing implements Supplier<MacKeyRing> {

  /** The most keys in one ring. */
  public static final int MAX_KEYS = 16;

  private static final byte[] ID_MESSAGE = "bartizan key id v1".getBytes(StandardCharsets.US_ASCII);

  private final int[] ids;
  private final Hmac[] roots;

  private MacKeyRing(int[] ids, Hmac[] roots) {
    this.ids = ids;
    this.roots = roots;
  }

  /**
   * A ring of these keys. They are not kept (only states made from them) and not closed.
   *
   * @param current signs and verifies; 32 to 1024 random bytes
   * @param earlier only verify; each 32 to 1024 random bytes
   * @return a thread-safe ring
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a key has another length, two keys are the same for HMAC,
   *     or there are more than {@value #MAX_KEYS}
   */
  public static MacKeyRing of(SecretBytes current, SecretBytes... earlier) {
    List<SecretBytes> keys = new ArrayList<>();
    keys.add(current);
    keys.addAll(Arrays.asList(earlier));
    return of(keys);
  }

  /**
   * Reads a ring from text: one key a line in standard base64 with padding, the current key first;
   * empty lines and lines that begin with {@code #} are skipped, and so are blanks around a key and
   * byte order marks. {@code openssl rand -base64 32} makes a line.
   *
   * @param text the text; it is not closed
   * @return a thread-safe ring
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if there is no key, or a line is not a key; the message gives
   *     the line's number and never its content
   */
  public static MacKeyRing parse(SecretBytes text) {
    List<SecretBytes> keys = new ArrayList<>();
    try {
      int lines = text.lend(bytes -> readLines(bytes, keys));
      if (keys.isEmpty()) {
        throw new IllegalArgumentException("the key ring has " + lines + " lines and no key");
      }
      return of(keys);
    } finally {
      keys.forEach(SecretBytes::close);
    }
  }

  /**
   * A ring of these keys, as configuration gives them. They are not kept and not closed.
   *
   * @param keys the first signs and verifies, the others only verify; each 32 to 1024 random bytes
   * @return a thread-safe ring
   * @throws NullPointerException if {@code keys} is or holds null
   * @throws IllegalArgumentException if there is no key or more than {@value #MAX_KEYS}, a key has
   *     another length, or two are the same for HMAC
   */
  public static MacKeyRing of(List<SecretBytes> keys) {
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          "the ring has " + keys.size() + " keys, 1 to " + MAX_KEYS + " are accepted");
    }
    int[] ids = new int[keys.size()];
    Hmac[] roots = new Hmac[keys.size()];
    for (int i = 0; i < ids.length; i++) {
      roots[i] = Hmac.of(HmacAlgorithm.SHA_256, keys.get(i));
      ids[i] = ByteBuffer.wrap(roots[i].sign(ID_MESSAGE)).getInt();
      for (int j = 0; j < i; j++) {
        if (ids[j] == ids[i]) {
          throw new IllegalArgumentException(
              "keys "
                  + (j + 1)
                  + " and "
                  + (i + 1)
                  + " are the same key for HMAC (id "
                  + text(ids[i])
                  + "); name each once");
        }
      }
    }
    return new MacKeyRing(ids, roots);
  }

  /**
   * A folder of keys, one in each file, as a source that {@link #parse} reads: for a folder that is
   * mounted from a Kubernetes secret.
   *
   * <p>A file's name begins with the day from which its key signs (UTC), such as {@code 2026-12-01}
   * or {@code 2026-12-01-after-the-leak}. The key with the latest day that has begun signs; if all
   * are to come, that of the earliest; of one day, that of the name that sorts last. All verify, so
   * that a file that is added some days ahead rotates a fleet without refusing anything. Each file
   * is a text as for {@link #parse} with one key, at most 2048 bytes. Names that begin with a dot,
   * such as {@code ..data}, are skipped.
   *
   * <p>A reading fails, naming the file and never its content, if a file is empty, no whole base64
   * text, larger, no regular file or holds more than one key, if its name begins with no date, if
   * two files hold one key, and if there is no key, more than {@value #MAX_KEYS}, or more than 256
   * entries in all. A {@link io.bartizan.core.Rotating} then keeps the last good ring.
   *
   * <pre>{@code
   * Rotating<MacKeyRing> keys =
   *     Rotating.of(MacKeyRing.folder(path), MacKeyRing::parse, Duration.ofSeconds(10));
   * }</pre>
   *
   * @param folder the folder; it need not exist yet
   * @return a source that reads all files at each call
   * @throws NullPointerException if {@code folder} is null
   */
  public static SecretSource folder(Path folder) {
    return folder(folder, InstantSource.system());
  }

  /**
   * As {@link #folder(Path)}, with a clock.
   *
   * @param folder the folder; it need not exist yet
   * @param clock tells what day it is
   * @return a source that reads all files at each call
   * @throws NullPointerException if an argument is null
   */
  public static SecretSource folder(Path folder, InstantSource clock) {
    return new MacKeyFolder(folder, clock);
  }

  private static int readLines(byte[] text, List<SecretBytes> keys) {
    int line = 0;
    for (int start = 0; start < text.length; ) {
      int end = start;
      while (end < text.length && text[end] != '\n') {
        end++;
      }
      line++;
      int first = isMark(text, start) ? start + 3 : start;
      int last = end;
      while (last > first && isBlank(text[last - 1])) {
        last--;
      }
      while (first < last && isBlank(text[first])) {
        first++;
      }
      if (last > first && text[first] != '#') {
        keys.add(decode(Arrays.copyOfRange(text, first, last), line));
      }
      start = end + 1;
    }
    return line;
  }

  private static boolean isBlank(byte each) {
    return each == ' ' || each == '\t' || each == '\r';
  }

  /** Whether some editor's byte order mark stands here, before the line's first character. */
  private static boolean isMark(byte[] text, int at) {
    return text.length - at >= 3
        && text[at] == (byte) 0xef
        && text[at + 1] == (byte) 0xbb
        && text[at + 2] == (byte) 0xbf;
  }

  private static SecretBytes decode(byte[] base64, int line) {
    byte[] key = {};
    byte[] again = {};
    try {
      key = Base64.getDecoder().decode(base64);
      again = Base64.getEncoder().encode(key);
      if (Arrays.equals(base64, again)) {
        return SecretBytes.copyOf(key);
      }
    } catch (IllegalArgumentException e) {
      // told below without the decoder's message, which quotes a character of the key
    } finally {
      Arrays.fill(base64, (byte) 0);
      Arrays.fill(key, (byte) 0);
      Arrays.fill(again, (byte) 0);
    }
    throw new IllegalArgumentException(
        "line " + line + " of the key ring is not canonical base64 with padding");
  }

  /**
   * The id of the key that signs.
   *
   * @return eight lower-case hexadecimal digits
   */
  public String currentKeyId() {
    return text(ids[0]);
  }

  /**
   * The ids of all keys, the current one first; safe to log.
   *
   * @return an immutable list of eight lower-case hexadecimal digits each
   */
  public List<String> keyIds() {
    return Arrays.stream(ids).mapToObj(MacKeyRing::text).toList();
  }

  /** This ring, so that one that never changes fits where a rotated one does. */
  @Override
  public MacKeyRing get() {
    return this;
  }

  /** Looks at every id, whichever fits. */
  int indexOf(int id) {
    int found = -1;
    for (int i = 0; i < ids.length; i++) {
      found = ids[i] == id ? i : found;
    }
    return found;
  }

  int id(int index) {
    return ids[index];
  }

  /** For one use of each key: keys made from the ring's by HMAC of a framed label. */
  List<Hmac> derive(byte[] framedLabel) {
    List<Hmac> derived = new ArrayList<>();
    for (Hmac root : roots) {
      byte[] key = root.sign(framedLabel);
      derived.add(Hmac.ofAnyLength(HmacAlgorithm.SHA_256, key));
      Arrays.fill(key, (byte) 0);
    }
    return List.copyOf(derived);
  }

  static String text(int id) {
    return HexFormat.of().toHexDigits(id);
  }

  /** The ids; never a key. */
  @Override
  public String toString() {
    return "MacKeyRing" + keyIds();
  }
}
