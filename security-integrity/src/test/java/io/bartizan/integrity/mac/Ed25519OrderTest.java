package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.security.Security;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ed25519 signatures whose R was moved by a point of small order, which only the key's owner can
 * make: the JDK takes none, Bouncy Castle all. The order of the JVM's providers must not decide.
 */
@ResourceLock("java.security.Security")
class Ed25519OrderTest {

  private static final byte[] POINT =
      HexFormat.of().parseHex("fa3bdbfcd63bc1917a484331ab7ad0db9a32cf8aae9b95604cec78c12128f6d3");

  private static final byte[] CONTENT = "content".getBytes(UTF_8);

  private static final String HONEST =
      "5295b937766ea0d7174e07868bc017073eefe4cf389c19eaa512d7ad33990cef"
          + "71cc0cfd9e49f5e58826b55637f3ff9901b81862164d07c3b6702b4e642cf50a";

  private static final List<String> MOVED =
      List.of( // by a point of order 2, 4, 8
          "9b6a46c889915f28e8b1f879743fe8f8c1101b30c763e6155aed2852cc66f310"
              + "4799d1cd5a64163c4025adb91c50f454e97344aee53f92375d959da7e2271f00",
          "4a89d5cef648dfc1c82f1310d452a821fcd9348ca17381b39a2f40be664e6394"
              + "1c9a1b46f769f3d071df3d8e302d7cd466022b4c6790b33ed984f3f247d6f508",
          "77ce51526c6974b54252cfd10e7569f27c8efeb0bac2e4474f78036817195be7"
              + "de4fb0af196d0b55bbfcfb0524f4e035d2613ee23238629bca0ac4f91b2a480e");

  private final BouncyCastleProvider bouncy = new BouncyCastleProvider();

  @AfterEach
  void remove() {
    Security.removeProvider(bouncy.getName());
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void signatureOfContent_hasOneVerdict(boolean bouncyFirst) {
    if (bouncyFirst) {
      assertThat(Security.insertProviderAt(bouncy, 1)).isEqualTo(1);
    }
    KeyGate.Passed key = KeyGate.ed25519(POINT);
    PinnedKey pinned = PinnedKey.of(key.key());
    String shown = "whpk_" + Base64.getEncoder().encodeToString(POINT);
    WebhookKey webhook = WebhookKey.standard(SecretBytes.ofUtf8(shown));
    assertThat(Signatures.matches(key, CONTENT, bytes(HONEST))).isTrue();
    assertThat(pinned.matches(CONTENT, bytes(HONEST))).isTrue();
    assertThat(verifies(webhook, HONEST)).isTrue();
    for (String moved : MOVED) {
      assertThat(Signatures.matches(key, CONTENT, bytes(moved))).isFalse();
      assertThat(pinned.matches(CONTENT, bytes(moved))).isFalse();
      assertThat(verifies(webhook, moved)).isFalse();
    }
  }

  private static boolean verifies(WebhookKey key, String signature) {
    return key.verifies(
        Base64.getEncoder().encodeToString(bytes(signature)),
        Arrays.copyOf(CONTENT, 3),
        Arrays.copyOfRange(CONTENT, 3, CONTENT.length));
  }
}
