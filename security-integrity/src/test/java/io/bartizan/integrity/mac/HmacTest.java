package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.tests.OptionalTool;
import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HmacTest {

  @ParameterizedTest
  @EnumSource
  void sign_anyKeyAndMessage_isWhatTheJdkSays(HmacAlgorithm algorithm) {
    SeededCases.check(
        500,
        random -> {
          int room = algorithm.blockLength() - algorithm.tagLength() + 1;
          byte[] key = new byte[algorithm.tagLength() + random.nextInt(room)];
          byte[] message = new byte[random.nextInt(400)];
          random.nextBytes(key);
          random.nextBytes(message);
          Hmac hmac = Hmac.of(algorithm, SecretBytes.copyOf(key));
          byte[] tag = jdk(algorithm, key, message);
          assertThat(hmac.sign(message)).isEqualTo(tag);
          assertThat(hmac.sign(ByteBuffer.wrap(message).asReadOnlyBuffer())).isEqualTo(tag);
          assertThat(hmac.sign(new ByteArrayInputStream(message))).isEqualTo(tag);
          hmac.verify(message, tag);
        });
  }

  @ParameterizedTest
  @EnumSource
  void B08_changedOrTruncatedTag_isRefused(HmacAlgorithm algorithm) {
    Hmac hmac = Hmac.of(algorithm, SecretBytes.random(64));
    byte[] message = {1, 2, 3};
    byte[] tag = hmac.sign(message);
    for (int bit = 0; bit < tag.length * 8; bit++) {
      byte[] changed = tag.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(hmac, message, changed);
    }
    for (int length = 0; length < tag.length; length++) {
      assertRefused(hmac, message, Arrays.copyOf(tag, length));
    }
    assertRefused(hmac, message, Arrays.copyOf(tag, tag.length + 1));
    assertRefused(hmac, new byte[] {1, 2}, tag);
  }

  @ParameterizedTest
  @EnumSource
  void of_keyOutOfRange_isRefusedWithoutTheKey(HmacAlgorithm algorithm) {
    for (int length : new int[] {0, algorithm.tagLength() - 1, Hmac.MAX_KEY_BYTES + 1}) {
      SecretBytes key = SecretBytes.copyOf(new byte[length]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Hmac.of(algorithm, key))
          .withMessageContaining(Integer.toString(length));
    }
  }

  @Test
  void G12_equivalentKeysInOneRing_areRefused() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 7);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                MacKeyRing.of(SecretBytes.copyOf(key), SecretBytes.copyOf(Arrays.copyOf(key, 33))))
        .withMessageContaining("same key");
  }

  @Test
  void sign_manyThreadsOneKey_neverMix() throws Exception {
    byte[] key = new byte[32];
    key[31] = 1;
    Hmac hmac = Hmac.of(HmacAlgorithm.SHA_256, SecretBytes.copyOf(key));
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        byte[] message = new byte[200];
        Arrays.fill(message, (byte) thread);
        byte[] expected = jdk(HmacAlgorithm.SHA_256, key, message);
        results.add(
            workers.submit(
                () -> {
                  for (int i = 0; i < 20_000; i++) {
                    if (!Arrays.equals(hmac.sign(message), expected)) {
                      return false;
                    }
                  }
                  return true;
                }));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /** Keys outside our range are left out: 16 and 65 bytes, refused at build on purpose. */
  @Tag("deep")
  @ParameterizedTest
  @EnumSource
  void sign_wycheproof_agrees(HmacAlgorithm algorithm) throws Exception {
    String name = "wycheproof/hmac_sha" + algorithm.tagLength() * 8 + "_test.json";
    String text = Files.readString(OptionalTool.vectors(name));
    Pattern test =
        Pattern.compile(
            "\"key\"\\s*:\\s*\"([0-9a-f]*)\",\\s*\"msg\"\\s*:\\s*\"([0-9a-f]*)\","
                + "\\s*\"tag\"\\s*:\\s*\"([0-9a-f]*)\",\\s*\"result\"\\s*:\\s*\"(\\w+)\"");
    Matcher vectors = test.matcher(text);
    int checked = 0;
    while (vectors.find()) {
      byte[] key = HexFormat.of().parseHex(vectors.group(1));
      byte[] tag = HexFormat.of().parseHex(vectors.group(3));
      if (key.length < algorithm.tagLength() || key.length > algorithm.blockLength()) {
        continue;
      }
      Hmac hmac = Hmac.of(algorithm, SecretBytes.copyOf(key));
      byte[] message = HexFormat.of().parseHex(vectors.group(2));
      if (vectors.group(4).equals("valid") && tag.length == algorithm.tagLength()) {
        hmac.verify(message, tag);
      } else {
        assertRefused(hmac, message, tag);
      }
      checked++;
    }
    assertThat(checked).isGreaterThan(100);
  }

  private static void assertRefused(Hmac hmac, byte[] message, byte[] tag) {
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> hmac.verify(message, tag))
        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(MacReason.SIGNATURE_INVALID));
  }

  private static byte[] jdk(HmacAlgorithm algorithm, byte[] key, byte[] message) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA" + algorithm.tagLength() * 8);
    mac.init(new SecretKeySpec(key, "raw"));
    return mac.doFinal(message);
  }
}
