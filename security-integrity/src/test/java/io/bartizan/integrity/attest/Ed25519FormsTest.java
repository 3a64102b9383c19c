package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.base64;
import static io.bartizan.integrity.attest.Signer.bundle;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static io.bartizan.integrity.attest.Signer.pae;
import static io.bartizan.integrity.attest.ToolFormsTest.blob;
import static io.bartizan.integrity.attest.ToolFormsTest.sign;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.integrity.keys.EdwardsPoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519phSigner;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ed25519 with and without prehash (RFC 8032), in everything that cosign writes beside a file: both
 * count, and a signature in one form counts for no content in the other.
 */
class Ed25519FormsTest {

  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final byte[] CONTENT = bytes(70_001);
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);
  private static final KeyPair PAIR = pair();
  private static final PinnedKey KEY = PinnedKey.of(PAIR.getPublic());
  private static final List<SignatureForm> FORMS =
      List.of(SignatureForm.ED25519, SignatureForm.ED25519PH);

  /** RFC 8032 section 5.1: what stands before everything that Ed25519ph hashes. */
  private static final byte[] DOMAIN = "SigEd25519 no Ed25519 collisions".getBytes(UTF_8);

  @TempDir private Path folder;

  private static KeyPair pair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] sha512(byte[] content) {
    return Digest.compute(DigestAlgorithm.SHA_512, content).bytes();
  }

  private static byte[] byBouncyCastle(PrivateKey key, byte[] content) {
    byte[] pkcs8 = key.getEncoded();
    Ed25519phSigner signer = new Ed25519phSigner(new byte[0]);
    signer.init(true, new Ed25519PrivateKeyParameters(pkcs8, pkcs8.length - 32));
    signer.update(content, 0, content.length);
    return signer.generateSignature();
  }

  /** Everything that cosign writes beside a file that a key signed. */
  private static List<byte[]> written(byte[] signature) {
    String pem = Pem.encode("PUBLIC KEY", PAIR.getPublic().getEncoded());
    return List.of(
        blob(signature, null),
        base64(signature).getBytes(UTF_8),
        (base64(signature) + "\n").getBytes(UTF_8),
        older(signature, null),
        older(signature, ""),
        older(signature, base64(pem.getBytes(UTF_8))),
        older(signature, pem));
  }

  private static byte[] older(
      byte[] signature, @org.jspecify.annotations.Nullable String certificate) {
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("base64Signature", base64(signature));
    if (certificate != null) {
      bundle.put("cert", certificate);
    }
    bundle.put("rekorBundle", Map.of("SignedEntryTimestamp", "not looked at"));
    return json(bundle);
  }

  /** By bytes, file and stream, which must agree. */
  private boolean isAccepted(PinnedKey key, byte[] written, byte[] content) throws Exception {
    CosignVerifier verifier = CosignVerifier.of(SignerKeys.anyOf(Signer.ecdsa().key, key));
    Path file = Files.write(folder.resolve("content"), content);
    List<Checked<Digest>> all =
        List.of(
            verifier.checkBlob(written, content),
            verifier.checkBlob(written, file),
            verifier.checkBlob(written, new ByteArrayInputStream(content)));
    List<Boolean> verdicts = all.stream().map(Checked::isAccepted).distinct().toList();
    assertThat(verdicts).as("%s", all).hasSize(1);
    if (verdicts.get(0)) {
      for (Checked<Digest> each : all) {
        assertThat(each.orThrow()).isEqualTo(Digest.sha256Of(content));
      }
    }
    return verdicts.get(0);
  }

  @Test
  void rfc8032_vectorOfEd25519ph_isAcceptedWhateverCarriesIt() throws Exception {
    byte[] point =
        HexFormat.of().parseHex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");
    byte[] signature =
        HexFormat.of()
            .parseHex(
                "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
                    + "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
    PublicKey rfc =
        KeyFactory.getInstance("Ed25519")
            .generatePublic(new X509EncodedKeySpec(EdwardsPoint.spki(point)));
    PinnedKey key = PinnedKey.of(rfc);
    byte[] abc = "abc".getBytes(UTF_8);
    for (byte[] each : written(signature)) {
      assertThat(isAccepted(key, each, abc)).isTrue();
      assertThat(isAccepted(key.withForm(SignatureForm.ED25519PH), each, abc)).isTrue();
      assertThat(isAccepted(key, each, "abd".getBytes(UTF_8))).isFalse();
      assertThat(isAccepted(key, each, sha512(abc))).isFalse();
      assertThat(isAccepted(KEY, each, abc)).as("another key").isFalse();
    }
  }

  @Test
  void jdkAndBouncyCastle_signAlike() throws Exception {
    for (byte[] content : List.of(new byte[0], new byte[1], CONTENT)) {
      assertThat(byBouncyCastle(PAIR.getPrivate(), content))
          .isEqualTo(sign(SignatureForm.ED25519PH, PAIR, content));
    }
  }

  @Test
  void blobs_countInBothForms_unlessTheCallerChosePrehash() throws Exception {
    for (SignatureForm form : FORMS) {
      for (byte[] content : List.of(CONTENT, new byte[0])) {
        for (byte[] each : written(sign(form, PAIR, content))) {
          assertThat(isAccepted(KEY, each, content)).as("%s", form).isTrue();
          assertThat(isAccepted(KEY.withForm(SignatureForm.ED25519PH), each, content))
              .isEqualTo(form == SignatureForm.ED25519PH);
          assertThat(isAccepted(KEY, each, join(content, new byte[1]))).isFalse();
        }
      }
    }
    byte[] plain = blob(sign(SignatureForm.ED25519, PAIR, CONTENT), null);
    CosignVerifier strict =
        CosignVerifier.of(SignerKeys.anyOf(KEY.withForm(SignatureForm.ED25519PH)));
    assertThat(
            refused(ArtifactReason.SIGNATURE_FORM_OTHER, () -> strict.verifyBlob(plain, CONTENT)))
        .contains("as ed25519,");
  }

  /** Signatures that the key did make, over what an attacker would like to pass for the content. */
  @Test
  void signaturesOverWhatOnlyResemblesTheContent_countForNothing() throws Exception {
    byte[] hash = sha512(CONTENT);
    List<byte[]> resembling =
        List.of(
            hash,
            DIGEST.bytes(),
            HexFormat.of().formatHex(hash).getBytes(UTF_8),
            DIGEST.hex().getBytes(UTF_8),
            DIGEST.toString().getBytes(UTF_8),
            (DIGEST.hex() + "  blob\n").getBytes(UTF_8),
            join(DOMAIN, new byte[] {1, 0}, hash),
            join(DOMAIN, new byte[] {1, 0}, CONTENT),
            join(DOMAIN, new byte[] {0, 0}, CONTENT),
            bytes(70_002));
    List<byte[]> signatures = new ArrayList<>();
    for (byte[] other : resembling) {
      for (SignatureForm form : FORMS) {
        signatures.add(sign(form, PAIR, other));
      }
    }
    // RFC 8032 has contexts too, and nobody who signs files uses them
    signatures.add(withParameters(new EdDSAParameterSpec(true, new byte[] {7})));
    signatures.add(withParameters(new EdDSAParameterSpec(false, new byte[] {7})));
    for (byte[] signature : signatures) {
      for (byte[] each : written(signature)) {
        assertThat(isAccepted(KEY, each, CONTENT)).isFalse();
      }
    }
  }

  private static byte[] withParameters(EdDSAParameterSpec parameters) throws Exception {
    Signature signer = Signature.getInstance("EdDSA");
    signer.setParameter(parameters);
    signer.initSign(PAIR.getPrivate());
    signer.update(CONTENT);
    return signer.sign();
  }

  @Test
  void everyOtherByteOfASignature_isRefused() throws Exception {
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    CosignVerifier verifier = CosignVerifier.of(SignerKeys.anyOf(KEY));
    byte[] content = bytes(40);
    for (SignatureForm form : FORMS) {
      byte[] signature = sign(form, PAIR, content);
      byte[] s = new byte[32];
      for (int i = 0; i < 32; i++) {
        s[i] = signature[63 - i];
      }
      BigInteger greater = new BigInteger(1, s).add(order); // the same number, not the least
      byte[] twin = signature.clone();
      for (int i = 0; i < 32; i++) {
        twin[32 + i] = greater.shiftRight(8 * i).byteValue();
      }
      List<byte[]> others = new ArrayList<>(List.of(twin, join(signature, new byte[1])));
      for (int i = 0; i < signature.length; i++) {
        byte[] other = signature.clone();
        other[i] ^= 1;
        others.add(other);
      }
      for (byte[] other : others) {
        assertThat(verifier.checkBlob(base64(other).getBytes(UTF_8), content).isAccepted())
            .isFalse();
      }
      assertThat(verifier.checkBlob(base64(signature).getBytes(UTF_8), content).isAccepted())
          .isTrue();
    }
  }

  /**
   * Why one key may count in both forms. Ed25519 hashes R, then the key, then the content;
   * Ed25519ph hashes these 32 bytes first. They are no point, so no R begins like them.
   */
  @Test
  void rfc8032_domainOfEd25519ph_isNoPoint() {
    assertThat(DOMAIN).hasSize(EdwardsPoint.BYTES);
    assertThat(Ed25519.validatePublicKeyPartial(DOMAIN, 0)).isFalse();
    byte[] point = EdwardsPoint.of(PAIR.getPublic());
    assertThat(Ed25519.validatePublicKeyPartial(point, 0)).isTrue();
  }

  private static byte[] statement() {
    return json(Signer.statement(SLSA, DIGEST));
  }

  /** An attestation, bare, in a bundle, and in cosign's older bundle. */
  private static List<byte[]> attestations(byte[]... signatures) {
    Map<String, Object> envelope = envelope(IN_TOTO, statement(), List.of(signatures));
    List<byte[]> all = new ArrayList<>(List.of(json(envelope), older(json(envelope), null)));
    if (signatures.length == 1) {
      all.add(json(bundle("dsseEnvelope", envelope)));
    }
    return all;
  }

  @Test
  void attestations_countInBothForms_unlessTheCallerChosePrehash() throws Exception {
    StatementVerifier verifier = StatementVerifier.of(SignerKeys.anyOf(KEY), SLSA);
    StatementVerifier strict =
        StatementVerifier.of(SignerKeys.anyOf(KEY.withForm(SignatureForm.ED25519PH)), SLSA);
    byte[] encoded = pae(IN_TOTO, statement());
    for (SignatureForm form : FORMS) {
      for (byte[] each : attestations(sign(form, PAIR, encoded))) {
        assertThat(verifier.verify(each, DIGEST).signers()).containsExactly(KEY);
        assertThat(verifier.verify(each, DIGEST).signers().get(0).form()).isEqualTo(form);
        refused(
            AttestReason.SUBJECT_MISMATCH,
            () -> verifier.verify(each, Digest.sha256Of(new byte[1])));
        if (form == SignatureForm.ED25519PH) {
          assertThat(strict.verify(each, DIGEST).signers()).containsExactly(KEY);
        } else {
          refused(ArtifactReason.SIGNATURE_FORM_OTHER, () -> strict.verify(each, DIGEST));
        }
      }
    }
  }

  @Test
  void attestations_signedOverSomethingElse_countForNothing() throws Exception {
    StatementVerifier verifier = StatementVerifier.of(SignerKeys.anyOf(KEY), SLSA);
    byte[] encoded = pae(IN_TOTO, statement());
    for (byte[] other :
        List.of(
            statement(),
            sha512(encoded),
            Digest.sha256Of(encoded).hex().getBytes(UTF_8),
            join(DOMAIN, new byte[] {1, 0}, sha512(encoded)),
            pae("text/x", statement()),
            CONTENT)) {
      for (SignatureForm form : FORMS) {
        for (byte[] each : attestations(sign(form, PAIR, other))) {
          refused(AttestReason.SIGNATURE_INVALID, () -> verifier.verify(each, DIGEST));
        }
      }
    }
    for (SignatureForm form : FORMS) { // nor is an attestation's signature one of the file
      for (byte[] each : written(sign(form, PAIR, encoded))) {
        assertThat(isAccepted(KEY, each, CONTENT)).isFalse();
      }
    }
  }

  @Test
  void oneKeyInTwoForms_isOneSigner() throws Exception {
    Signer other = Signer.ecdsa();
    StatementVerifier two =
        StatementVerifier.of(SignerKeys.threshold(2, List.of(KEY, other.key)), SLSA);
    byte[] encoded = pae(IN_TOTO, statement());
    byte[] plain = sign(SignatureForm.ED25519, PAIR, encoded);
    byte[] prehashed = sign(SignatureForm.ED25519PH, PAIR, encoded);
    for (byte[] each : attestations(plain, prehashed)) {
      assertThat(refused(AttestReason.SIGNATURE_INVALID, () -> two.verify(each, DIGEST)))
          .contains("1 of 2 keys");
    }
    for (byte[] each : attestations(plain, prehashed, other.sign(encoded))) {
      assertThat(two.verify(each, DIGEST).signers()).containsExactly(KEY, other.key);
    }
  }

  @Test
  void whatCosignNeverWrites_isRefusedByItsShape() throws Exception {
    byte[] signature = sign(SignatureForm.ED25519, PAIR, CONTENT);
    String text = base64(signature);
    CosignVerifier verifier = CosignVerifier.of(SignerKeys.anyOf(KEY));
    String certificate = Pem.encode("CERTIFICATE", new byte[40]);
    for (String by : List.of(certificate, base64(certificate.getBytes(UTF_8)))) {
      refused(
          AttestReason.KEYLESS_UNSUPPORTED,
          () -> verifier.verifyBlob(older(signature, by), CONTENT));
    }
    Map<String, Object> both = bundle("messageSignature", Map.of("signature", text));
    both.put("base64Signature", text);
    for (String bad :
        List.of(
            "",
            "\n",
            "{}",
            text.substring(1),
            text.replace('=', ' '),
            text.substring(0, 40) + "\n" + text.substring(40),
            "[\"" + text + "\"]",
            "-----BEGIN SIGNATURE-----",
            new String(older(new byte[0], null), UTF_8),
            new String(older(signature, "?"), UTF_8),
            new String(json(both), UTF_8))) {
      refused(AttestReason.MALFORMED, () -> verifier.verifyBlob(bad.getBytes(UTF_8), CONTENT));
    }
    refused(
        AttestReason.TOO_LARGE,
        () -> verifier.verifyBlob("A".repeat(16 * 1024 + 4).getBytes(UTF_8), CONTENT));
    refused(
        AttestReason.SIGNATURE_INVALID,
        () -> verifier.verifyBlob("A".repeat(16 * 1024).getBytes(UTF_8), CONTENT));
  }
}
