package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.ChildJvm;
import io.bartizan.integrity.artifact.PinnedKey;
import java.security.KeyPairGenerator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The gate on a class path without bcprov. */
class KeysWithoutBouncyCastleTest {

  @Test
  void gate_withoutBouncyCastle_givesTheSameVerdicts() throws Exception {
    Process process =
        ChildJvm.of(
                Child.class,
                entry -> !entry.contains("bcprov") && !entry.contains("bcpkix"),
                List.of())
            .start();
    assertThat(ChildJvm.output(process)).isEqualTo("accepted 6, refused 15, absent");
    assertThat(process.waitFor()).isZero();
  }

  /** Runs in that JVM; any failure shows in its output. */
  public static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      int accepted = 0;
      int refused = 0;
      for (int i = 0; i < 6; i++) {
        PinnedKey unused =
            PinnedKey.of(KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        accepted++;
      }
      for (byte[] point : BadKeys.edwardsPoints()) {
        try {
          KeyGate.Passed unused = KeyGate.ed25519(point);
        } catch (IllegalArgumentException e) {
          refused++;
        }
      }
      String presence = BouncyCastle.isPresent() ? "present" : "absent";
      System.out.print("accepted " + accepted + ", refused " + refused + ", " + presence);
      System.out.flush();
    }
  }
}
