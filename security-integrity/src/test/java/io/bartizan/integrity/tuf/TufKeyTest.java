package io.bartizan.integrity.tuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Which keys of metadata sign anything; entry U14 of the attack matrix. */
class TufKeyTest {

  private static final RoleSigner PEM = RoleSigner.p256();
  private static final RoleSigner HEX = RoleSigner.p256InHex();
  private static final RoleSigner ED25519 = RoleSigner.ed25519();

  private static TufKey key(RoleSigner signer, String text) {
    return new TufKey(signer.keytype() + " " + signer.scheme(), text);
  }

  private static void signsNothing(TufKey key) {
    assertThat(key.pinned()).as("%s", key).isNull();
  }

  @Test
  void U14_keyOfAnUnknownKind_signsNothing() {
    for (RoleSigner each : new RoleSigner[] {PEM, HEX, ED25519}) {
      assertThat(key(each, each.publicText()).pinned()).isNotNull();
      signsNothing(new TufKey(each.keytype() + " unknown", each.publicText()));
      signsNothing(new TufKey("unknown " + each.scheme(), each.publicText()));
      signsNothing(new TufKey(" ", each.publicText()));
    }
  }

  @Test
  void U14_schemeOfAnotherCurve_signsNothing() {
    signsNothing(new TufKey("ecdsa ecdsa-sha2-nistp384", PEM.publicText()));
    signsNothing(new TufKey("ecdsa ecdsa-sha2-nistp384", HEX.publicText()));
    signsNothing(new TufKey("rsa rsassa-pss-sha256", PEM.publicText()));
    signsNothing(new TufKey("rsa rsassa-pss-sha256", HEX.publicText()));
    signsNothing(new TufKey("ed25519 ed25519", PEM.publicText()));
  }

  @Test
  void U14_pemOfSeveralBlocksOrAnotherLabel_signsNothing() {
    String pem = PEM.publicText();
    byte[] spki = Pem.parse(pem).get(0).content();
    signsNothing(key(PEM, pem + pem));
    signsNothing(key(PEM, pem + RoleSigner.p256().publicText()));
    for (String label : new String[] {"EC PUBLIC KEY", "CERTIFICATE", "PRIVATE KEY"}) {
      signsNothing(key(PEM, Pem.encode(label, spki)));
    }
    assertThat(key(PEM, Pem.encode("PUBLIC KEY", spki)).pinned()).isNotNull();
  }

  @Test
  void U14_pointInHexOfAnotherForm_signsNothing() {
    String point = HEX.publicText();
    byte[] raw = HexFormat.of().parseHex(point);
    assertThat(raw).hasSize(65).startsWith(4);
    for (String first : new String[] {"00", "02", "03", "05", "06", "07"}) {
      signsNothing(key(HEX, first + point.substring(2)));
    }
    signsNothing(key(HEX, point + "00"));
    signsNothing(key(HEX, point.substring(0, 128)));
    signsNothing(key(HEX, point.substring(2)));
    signsNothing(key(HEX, "02" + point.substring(2, 66)));
    signsNothing(key(HEX, ""));
    signsNothing(key(HEX, "zz"));
  }
}
