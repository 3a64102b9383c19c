package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * RFC 4231, every form of input, both paths (cloned states and fallback), and entries B08 to B10.
 */
class HmacEngineTest {

  private static final HexFormat HEX = HexFormat.of();

  /** RFC 4231 section 4, cases 1 to 4, 6 and 7; case 5 truncates, which is not offered. */
  @ParameterizedTest
  @CsvSource({
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 4869205468657265,"
        + " b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7,"
        + " afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
        + "faea9ea9076ede7f4af152e8b2fa9cb6,"
        + " 87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
        + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
    "4a656665, 7768617420646f2079612077616e7420666f72206e6f7468696e673f,"
        + " 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843,"
        + " af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
        + "8e2240ca5e69e2c78b3239ecfab21649,"
        + " 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        + " dddddddddddddddddddddddddddddddddddddddddddddddddd"
        + "dddddddddddddddddddddddddddddddddddddddddddddddddd,"
        + " 773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe,"
        + " 88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
        + "2a5ab39dc13814b94e3ab6e101a34f27,"
        + " fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
        + "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
    "0102030405060708090a0b0c0d0e0f10111213141516171819,"
        + " cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        + "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd,"
        + " 82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b,"
        + " 3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
        + "6801dd23c4a7d679ccf8a386c674cffb,"
        + " b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
        + "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
  })
  void rfc4231_sections_give_the_published_tags(
      String key, String message, String sha256, String sha384, String sha512) {
    assertTags(HEX.parseHex(key), HEX.parseHex(message), sha256, sha384, sha512);
  }

  @Test
  void rfc4231_keysLongerThanTheBlock_areHashed() {
    byte[] key = new byte[131];
    Arrays.fill(key, (byte) 0xaa);
    assertTags(
        key,
        ascii("Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
            + "0c2ef6ab4030fe8296248df163f44952",
        "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
    assertTags(
        key,
        ascii(
            "This is a test using a larger than block-size key and a larger than block-size data."
                + " The key needs to be hashed before being used by the HMAC algorithm."),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
            + "a678cc31e799176d3860e6110c46523e",
        "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
            + "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58");
  }

  private static void assertTags(byte[] key, byte[] message, String... tags) {
    for (String tag : tags) {
      byte[] expected = HEX.parseHex(tag);
      HmacAlgorithm algorithm = HmacAlgorithm.valueOf("SHA_" + expected.length * 8);
      assertThat(Hmac.ofAnyLength(algorithm, key).sign(message)).isEqualTo(expected);
      assertThat(Hmac.ofAnyLength(algorithm, key, HmacEngineTest::notCloneable).sign(message))
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void sign_anyForm_isThePlatformsMac(HmacAlgorithm algorithm) {
    SeededCases.check(
        300,
        random -> {
          byte[] key = new byte[random.nextInt(1, 2 * algorithm.blockLength())];
          byte[] message = new byte[random.nextInt(0, 400)];
          random.nextBytes(key);
          random.nextBytes(message);
          Mac mac = Mac.getInstance(algorithm.macName());
          mac.init(new SecretKeySpec(key, algorithm.macName()));
          byte[] expected = mac.doFinal(message);
          for (Hmac hmac :
              List.of(
                  Hmac.ofAnyLength(algorithm, key),
                  Hmac.ofAnyLength(algorithm, key, HmacEngineTest::notCloneable))) {
            assertThat(hmac.sign(message)).isEqualTo(expected);
            assertThat(hmac.sign(trickle(message))).isEqualTo(expected);
            ByteBuffer off = ByteBuffer.allocateDirect(message.length + 7).position(3);
            off.put(message).flip().position(3);
            assertThat(hmac.sign(off)).isEqualTo(expected);
            assertThat(off.position()).isEqualTo(3);
            assertThat(hmac.sign(ByteBuffer.wrap(message).asReadOnlyBuffer())).isEqualTo(expected);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void of_keyOutsideTheBounds_isRefused(HmacAlgorithm algorithm) {
    for (int bad : new int[] {0, algorithm.tagLength() - 1, Hmac.MAX_KEY_BYTES + 1, 4000}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Hmac.of(algorithm, SecretBytes.copyOf(new byte[bad])))
          .withMessageContaining("key has " + bad + " bytes")
          .withMessageContaining(
              algorithm.tagLength() + " to " + Hmac.MAX_KEY_BYTES + " are accepted");
    }
    for (int good : new int[] {algorithm.tagLength(), algorithm.blockLength()}) {
      assertThat(Hmac.of(algorithm, SecretBytes.copyOf(filled(good))).sign(new byte[0]))
          .hasSize(algorithm.tagLength());
    }
  }

  @Test
  void B08_truncatedLengthenedOrEmptyTag_isRefused() {
    Hmac hmac = hmac();
    byte[] message = ascii("message");
    byte[] tag = hmac.sign(message);
    hmac.verify(message, tag);
    for (int length = 0; length <= 2 * tag.length; length++) {
      if (length != tag.length) {
        assertRefused(hmac, message, Arrays.copyOf(tag, length));
      }
    }
  }

  @Test
  void B09_everyBitOfTheTag_decides() {
    Hmac hmac = hmac();
    byte[] message = ascii("message");
    for (int bit = 0; bit < 256; bit++) {
      byte[] tag = hmac.sign(message);
      tag[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(hmac, message, tag);
    }
  }

  /** The tag of m is not the hash state from which the tag of m, padding and more could follow. */
  @Test
  void B10_lengthExtension_fails() throws Exception {
    byte[] key = new byte[32];
    byte[] message = ascii("amount=1");
    byte[] extension = ascii("&amount=1000");
    MessageDigest plain = MessageDigest.getInstance("SHA-256");
    plain.update(key);
    byte[] hashOfKeyAndMessage = plain.digest(message);
    Hmac hmac = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, key);
    assertThat(hmac.sign(message)).isNotEqualTo(hashOfKeyAndMessage);

    byte[] padded = paddedBlock(concat(key, message));
    byte[] forged = concat(Arrays.copyOfRange(padded, 32, padded.length), extension);
    byte[] continued = continueSha256(hashOfKeyAndMessage, padded.length, extension);
    plain.reset();
    plain.update(key);
    // the forgery works against H(key || message), so the attack itself is right
    assertThat(plain.digest(forged)).isEqualTo(continued);
    byte[] fromTag = continueSha256(hmac.sign(message), padded.length, extension);
    assertRefused(hmac, forged, continued);
    assertRefused(hmac, forged, fromTag);
  }

  @Test
  void verify_streamAndBuffer_acceptTheTagAndNothingElse() throws IOException {
    Hmac hmac = hmac();
    byte[] message = ascii("message");
    byte[] tag = hmac.sign(message);
    hmac.verify(new ByteArrayInputStream(message), tag);
    hmac.verify(ByteBuffer.wrap(message), tag);
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> hmac.verify(new ByteArrayInputStream(ascii("messag")), tag));
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> hmac.verify(ByteBuffer.wrap(ascii("messag")), tag));
  }

  @Test
  void sign_manyThreads_shareOneHmac() throws Exception {
    Hmac hmac = hmac();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        byte[] message = ascii("message of thread " + thread);
        byte[] expected = hmac.sign(message);
        runs.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    assertThat(Arrays.equals(hmac.sign(message), expected)).isTrue();
                  }
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void toString_names_the_path_and_never_the_key() {
    assertThat(hmac()).hasToString("Hmac[SHA-256, cloned key states]");
    assertThat(Hmac.ofAnyLength(HmacAlgorithm.SHA_512, new byte[64], HmacEngineTest::notCloneable))
        .hasToString("Hmac[SHA-512, a new Mac for each tag]");
  }

  private static Hmac hmac() {
    return Hmac.of(HmacAlgorithm.SHA_256, SecretBytes.copyOf(filled(32)));
  }

  private static byte[] filled(int length) {
    byte[] key = new byte[length];
    Arrays.fill(key, (byte) 7);
    return key;
  }

  private static void assertRefused(Hmac hmac, byte[] message, byte[] tag) {
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> hmac.verify(message, tag))
        .matches(e -> e.reason() == MacReason.SIGNATURE_INVALID)
        .matches(e -> e.getStackTrace().length == 0);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  private static InputStream trickle(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(length, 7));
      }
    };
  }

  /** A digest of the platform that can't be cloned, as in some hardware providers. */
  private static MessageDigest notCloneable(String name)
      throws java.security.NoSuchAlgorithmException {
    MessageDigest real = MessageDigest.getInstance(name);
    return new MessageDigest(name) {
      @Override
      protected void engineUpdate(byte input) {
        real.update(input);
      }

      @Override
      protected void engineUpdate(byte[] input, int offset, int length) {
        real.update(input, offset, length);
      }

      @Override
      protected byte[] engineDigest() {
        return real.digest();
      }

      @Override
      protected void engineReset() {
        real.reset();
      }
    };
  }

  private static byte[] paddedBlock(byte[] message) {
    byte[] block = Arrays.copyOf(message, 64);
    block[message.length] = (byte) 0x80;
    ByteBuffer.wrap(block).putLong(56, message.length * 8L);
    return block;
  }

  /** SHA-256's compression from a published state; the attacker's tool. */
  private static byte[] continueSha256(byte[] state, int before, byte[] more) {
    byte[] block = Arrays.copyOf(more, 64);
    block[more.length] = (byte) 0x80;
    ByteBuffer.wrap(block).putLong(56, (before + more.length) * 8L);
    int[] h = new int[8];
    ByteBuffer.wrap(state).asIntBuffer().get(h);
    int[] w = new int[64];
    ByteBuffer.wrap(block).asIntBuffer().get(w, 0, 16);
    for (int i = 16; i < 64; i++) {
      int a = w[i - 15];
      int b = w[i - 2];
      int s0 = Integer.rotateRight(a, 7) ^ Integer.rotateRight(a, 18) ^ a >>> 3;
      int s1 = Integer.rotateRight(b, 17) ^ Integer.rotateRight(b, 19) ^ b >>> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    int[] v = h.clone();
    for (int i = 0; i < 64; i++) {
      int s1 =
          Integer.rotateRight(v[4], 6)
              ^ Integer.rotateRight(v[4], 11)
              ^ Integer.rotateRight(v[4], 25);
      int t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + roundConstant(i) + w[i];
      int s0 =
          Integer.rotateRight(v[0], 2)
              ^ Integer.rotateRight(v[0], 13)
              ^ Integer.rotateRight(v[0], 22);
      int t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      System.arraycopy(v, 0, v, 1, 7);
      v[4] += t1;
      v[0] = t1 + t2;
    }
    ByteBuffer out = ByteBuffer.allocate(32);
    for (int i = 0; i < 8; i++) {
      out.putInt(h[i] + v[i]);
    }
    return out.array();
  }

  /** The first 32 fractional bits of the cube root of the i-th prime (FIPS 180-4, 4.2.2). */
  private static int roundConstant(int index) {
    java.math.BigInteger prime = java.math.BigInteger.ONE;
    for (int i = 0; i <= index; i++) {
      prime = prime.nextProbablePrime();
    }
    java.math.BigInteger scaled = prime.shiftLeft(96);
    java.math.BigInteger root = java.math.BigInteger.ZERO;
    for (int bit = 40; bit >= 0; bit--) {
      java.math.BigInteger tried = root.setBit(bit);
      root = tried.pow(3).compareTo(scaled) <= 0 ? tried : root;
    }
    return root.intValue();
  }
}
