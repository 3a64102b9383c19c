package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * Measures whether the time of refusing a wrong tag tells where it first differs.
 *
 * <p>For each subject two classes of input are made beforehand: tags that differ from the right one
 * in their first byte, and in their last. They are timed in pairs, {@value #BATCH} calls a time, in
 * an order drawn beforehand, after both were warmed up alike. Before each time the inputs are
 * copied to the same arrays (text is made anew), so that the two classes differ in nothing but
 * their content. Two positive controls that must be found to leak (a loop that stops early; {@link
 * Arrays#equals}, which is vectorised, over 1 KiB) and a negative one that must not (one class
 * against itself) show that the measurement can tell. {@code docs/design/constant-time.md} says how
 * to run it.
 */
final class ConstantTimeProgram {

  static final int BATCH = 64;

  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final SecretBytes KEY = SecretBytes.copyOf(secret());
  private static final AtomicInteger ACCEPTED = new AtomicInteger();

  private ConstantTimeProgram() {}

  private static byte[] secret() {
    byte[] secret = new byte[32];
    secret[31] = 1;
    return secret;
  }

  /** What is timed: a comparison of bytes, or a whole verification of text. */
  private static final class Subject {
    private final String name;
    private final boolean whole;
    private final byte[][] first;
    private final byte[][] second;
    private final Predicate<Object> accepts;

    Subject(
        String name, boolean whole, byte[][] first, byte[][] second, Predicate<Object> accepts) {
      this.name = name;
      this.whole = whole;
      this.first = first;
      this.second = second;
      this.accepts = accepts;
    }

    /** Fills the slots with one class: bytes into the arrays that are there, or new text. */
    void prepare(Object[] slots, boolean ofFirst) {
      byte[][] inputs = ofFirst ? first : second;
      for (int i = 0; i < BATCH; i++) {
        if (whole) {
          slots[i] = new String(inputs[i], ISO_8859_1);
        } else {
          System.arraycopy(inputs[i], 0, (byte[]) slots[i], 0, inputs[i].length);
        }
      }
    }

    Object[] slots() {
      Object[] slots = new Object[BATCH];
      for (int i = 0; i < BATCH; i++) {
        slots[i] = first[i].clone();
      }
      return slots;
    }
  }

  /**
   * Arguments: the name of the JVM's mode, the number of pairs, and that of pairs of whole
   * verifications, which may be 0. Prints rows of a table.
   */
  public static void main(String... args) {
    for (Subject subject : subjects()) {
      int pairs = Integer.parseInt(args[subject.whole ? 2 : 1]);
      if (pairs > 0) {
        System.out.println(measure(subject, pairs).row(args[0], subject.name));
      }
    }
  }

  private static List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    byte[] tag = tag(64);
    byte[] kibibyte = tag(1024);
    subjects.add(
        bytes("positive control: a loop that stops early, 64 bytes", tag, 63, b -> stops(tag, b)));
    subjects.add(
        bytes(
            "positive control: Arrays.equals, 1 KiB",
            kibibyte,
            1023,
            b -> Arrays.equals(kibibyte, b)));
    subjects.add(
        bytes(
            "negative control: the engine, one class twice",
            tag,
            0,
            b -> ConstantTime.equal(tag, b)));
    for (int length : new int[] {32, 48, 64}) {
      byte[] right = tag(length);
      subjects.add(
          bytes(
              "the engine's comparison, " + length + " bytes",
              right,
              length - 1,
              b -> ConstantTime.equal(right, b)));
    }
    subjects.add(signedValues());
    subjects.add(tokens());
    subjects.add(webhooks());
    return subjects;
  }

  private static Subject bytes(String name, byte[] right, int late, Predicate<byte[]> equals) {
    IntFunction<byte[][]> changed =
        at -> {
          byte[][] copies = new byte[BATCH][];
          for (int i = 0; i < BATCH; i++) {
            copies[i] = right.clone();
            copies[i][at] ^= (byte) (1 + i);
          }
          return copies;
        };
    return new Subject(
        name, false, changed.apply(0), changed.apply(late), slot -> equals.test((byte[]) slot));
  }

  private static Subject signedValues() {
    SignedValues values = SignedValues.of("cart", MacKeyRing.of(KEY), Duration.ofDays(1));
    String value = values.sign("3 apple"); // 60 bytes in all, so no bits are left over
    return text(
        "SignedValues.check",
        value,
        value.length() - 42,
        value.length() - 2,
        BASE64,
        text -> values.check(text).isAccepted());
  }

  private static Subject tokens() {
    JwsAlgorithm hs256 = JwsAlgorithm.HS256;
    JwtVerifier verifier =
        JwtVerifier.of(TrustedIssuer.of("https://a", JwtKeys.secret(hs256, KEY), hs256), "b");
    String token =
        JwtSigner.of("https://a", Duration.ofDays(1), SigningKey.secret(hs256, KEY))
            .sign(JwtClaims.forAudience("b"));
    return text(
        "JwtVerifier.check, HS256",
        token,
        token.length() - 43,
        token.length() - 2,
        BASE64,
        text -> verifier.check(text).isAccepted());
  }

  private static Subject webhooks() {
    WebhookVerifier verifier = WebhookVerifier.of(WebhookScheme.githubAcceptingReplays(KEY));
    byte[] body = "{\"action\":\"opened\"}".getBytes(UTF_8);
    byte[] tag = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, secret()).sign(body);
    String header = "sha256=" + HexFormat.of().formatHex(tag);
    return text(
        "WebhookVerifier.check, GitHub",
        header,
        7,
        header.length() - 1,
        "0123456789abcdef",
        text -> verifier.check(name -> text, body).isAccepted());
  }

  private static Subject text(
      String name, String right, int early, int late, String letters, Predicate<String> accepts) {
    if (!accepts.test(right)) {
      throw new IllegalStateException(name + " refuses what is right");
    }
    IntFunction<byte[][]> changed =
        at -> {
          byte[][] copies = new byte[BATCH][];
          int own = letters.indexOf(right.charAt(at));
          for (int i = 0; i < BATCH; i++) {
            int other = (own + 1 + i % (letters.length() - 1)) % letters.length();
            copies[i] =
                (right.substring(0, at) + letters.charAt(other) + right.substring(at + 1))
                    .getBytes(ISO_8859_1);
          }
          return copies;
        };
    return new Subject(
        name, true, changed.apply(early), changed.apply(late), slot -> accepts.test((String) slot));
  }

  private static boolean stops(byte[] expected, byte[] presented) {
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != presented[i]) {
        return false;
      }
    }
    return true;
  }

  private static PairedTimes measure(Subject subject, int pairs) {
    SplittableRandom random = new SplittableRandom(7);
    boolean[] firstGoesFirst = new boolean[pairs];
    for (int i = 0; i < pairs; i++) {
      firstGoesFirst[i] = random.nextBoolean();
    }
    Object[] slots = subject.slots();
    for (int i = 0; i < Math.min(pairs, 20_000); i++) { // both alike, until both are compiled
      long unused = time(subject, slots, i % 2 == 0);
    }
    long[] first = new long[pairs];
    long[] second = new long[pairs];
    for (int i = 0; i < pairs; i++) {
      if (firstGoesFirst[i]) {
        first[i] = time(subject, slots, true);
        second[i] = time(subject, slots, false);
      } else {
        second[i] = time(subject, slots, false);
        first[i] = time(subject, slots, true);
      }
    }
    return new PairedTimes(first, second, BATCH);
  }

  private static long time(Subject subject, Object[] slots, boolean ofFirst) {
    subject.prepare(slots, ofFirst);
    Predicate<Object> accepts = subject.accepts;
    int accepted = 0;
    long start = System.nanoTime();
    for (int i = 0; i < BATCH; i++) {
      accepted += accepts.test(slots[i]) ? 1 : 0;
    }
    long end = System.nanoTime();
    ACCEPTED.addAndGet(accepted); // so that no call is without effect
    return end - start;
  }

  private static byte[] tag(int length) {
    byte[] tag = new byte[length];
    new Random(length).nextBytes(tag);
    return tag;
  }
}
