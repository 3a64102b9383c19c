package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.keys.EdwardsPoint;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Signatures by Ed25519ph over {@link Draft#ARTIFACT} whose R was moved by a point of small order,
 * which only the key's owner can make. RFC 8032 lets verifiers choose; Bouncy Castle takes them,
 * the JDK and Go do not. One bundle must not be right for a stream and wrong for the same bytes.
 */
class PrehashedVerdictTest {

  private static final String POINT =
      "5b1bde2240eefed6dea2d5b18f8459e2bb07b081dd1d0662fbca8a1c39f934b0";

  private static final String HONEST =
      "48a252e186fc08187cba812d7a1fb7964a7636fb3a0551f0063ba07988751db6"
          + "c34b4e42390ec9492f3fdd2b303465851e15d67646b15bb5653de75b7f50a708";

  /** With R the neutral point: who makes it gives the secret key away, but it is right. */
  private static final String NEUTRAL =
      "0100000000000000000000000000000000000000000000000000000000000000"
          + "2af789fc90ee9535337cc55076c0e24218c5a64c7a3f8faa4520a5b02964570b";

  private static final List<String> MOVED =
      List.of( // by a point of order 2, 4, 8
          "a55dad1e7903f7e783457ed285e04869b589c904c5faae0ff9c45f86778ae249"
              + "000bfe18677f3eb3c5f1ad17f80bc2aff27d39f48ed349c90fec51b64d493c04",
          "48160159fe41ec4f75d503e2fd9a379591147e83fb6c5c6458358b1926904c90"
              + "4a35e78851499359014ad509fa6fa51cfcfd95f65324f67b56664e3f0f26c303",
          "6b8c789572481cbdaa73370794712307060a4258b2a064beac6968785c3995a8"
              + "41904cfb01e50b815e226e6ab01e596ce4a9bbe7b58197f4c04108b5ee880002");

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static PublicKey key() throws Exception {
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(EdwardsPoint.spki(bytes(POINT))));
  }

  @Test
  void bytesStreamAndDigest_haveOneVerdict() throws Exception {
    World world = new World();
    Draft draft = new Draft(world);
    draft.certified = false;
    SigstoreVerifier verifier =
        SigstoreVerifier.builder(world.trusted(), KeyPolicy.of(key()))
            .ignoreTransparencyLog()
            .build();
    Digest digest = Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT);
    draft.signature = bytes(HONEST);
    accepted(verifier.check(draft.json(), Draft.ARTIFACT));
    accepted(verifier.check(draft.json(), new ByteArrayInputStream(Draft.ARTIFACT)));
    for (String moved : MOVED) {
      draft.signature = bytes(moved);
      refused(verifier.check(draft.json(), Draft.ARTIFACT), SigstoreReason.SIGNATURE_INVALID);
      refused(
          verifier.check(draft.json(), new ByteArrayInputStream(Draft.ARTIFACT)),
          SigstoreReason.CONTENT_NEEDED);
      refused(verifier.check(draft.json(), digest), SigstoreReason.CONTENT_NEEDED);
    }
  }

  @Test
  void jdkAndBouncyCastle_haveOneVerdict() throws Exception {
    PinnedKey byJdk = PinnedKey.of(key()).withForm(SignatureForm.ED25519PH);
    KeyGate.Passed key = KeyGate.pinned(key());
    Digest digest = Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT);
    for (String right : List.of(HONEST, NEUTRAL)) {
      assertThat(byJdk.matches(Draft.ARTIFACT, bytes(right))).isTrue();
      assertThat(Signatures.matches(key, digest, bytes(right))).isTrue();
    }
    for (String moved : MOVED) {
      assertThat(byJdk.matches(Draft.ARTIFACT, bytes(moved))).isFalse();
      assertThat(Signatures.matches(key, digest, bytes(moved))).isFalse();
    }
  }
}
