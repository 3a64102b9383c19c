package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.base64;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static io.bartizan.integrity.attest.Signer.pae;
import static io.bartizan.integrity.attest.Signer.statement;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.ArtifactReason;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.PinnedKey;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Entries 71 to 78 of the attack matrix: signatures, DSSE envelopes and in-toto statements. */
class AttestationMatrixTest {

  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final byte[] JAR = "a jar".getBytes(UTF_8);
  private static final Digest ARTIFACT = Digest.sha256Of(JAR);
  private static final Signer ALICE = Signer.ecdsa();
  private static final Signer BOB = Signer.ed25519();
  private static final Signer EVE = Signer.ecdsa();

  private final DsseVerifier envelopes = DsseVerifier.of(SignerKeys.anyOf(ALICE.key), "text/x");
  private final StatementVerifier statements =
      StatementVerifier.of(SignerKeys.anyOf(ALICE.key), SLSA);

  private static DsseEnvelope parse(byte[] json) {
    return DsseEnvelope.parse(json, DsseEnvelope.MAX_BYTES);
  }

  @Test
  void N71_otherSpellingsOfAnEcdsaSignature_areRefused() throws Exception {
    byte[] der = ALICE.sign(JAR);
    ALICE.key.verify(JAR, der);
    BigInteger[] rs = numbers(der);
    BigInteger n =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    List<byte[]> forged = new ArrayList<>();
    forged.add(Arrays.copyOf(der, der.length + 1));
    forged.add(withLongLength(der));
    forged.add(sequence(padded(rs[0]), rs[1].toByteArray()));
    forged.add(sequence(rs[0].negate().toByteArray(), rs[1].toByteArray()));
    forged.add(sequence(rs[0].toByteArray(), rs[1].negate().toByteArray()));
    forged.add(sequence(rs[0].add(n).toByteArray(), rs[1].toByteArray()));
    forged.add(sequence(rs[0].toByteArray(), rs[1].add(n).toByteArray()));
    forged.add(sequence(new byte[1], new byte[1]));
    forged.add(sequence(n.toByteArray(), n.toByteArray()));
    forged.add(sequence(new byte[0], new byte[0]));
    forged.add(ALICE.sign("SHA256withECDSAinP1363Format", JAR));
    forged.add(new byte[0]);
    forged.add(HexFormat.of().parseHex("3006020100020100"));
    forged.add(HexFormat.of().parseHex("30060201010201ff"));
    forged.add(HexFormat.of().parseHex("3006027f01020101"));
    for (byte[] signature : forged) {
      refused(ArtifactReason.SIGNATURE_INVALID, () -> ALICE.key.verify(JAR, signature));
    }
    byte[] twin = sequence(rs[0].toByteArray(), n.subtract(rs[1]).toByteArray());
    ALICE.key.verify(JAR, twin); // the mathematics of ECDSA: a signature is no identity
  }

  @Test
  void N71_longestAndShortestDer_areRead() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(521);
    KeyPair pair = generator.generateKeyPair();
    PinnedKey key = PinnedKey.of(pair.getPublic());
    for (int i = 0;
        i < 300;
        i++) { // a number of 256 bits begins with a zero byte once in 256 times
      byte[] content = {(byte) i, (byte) (i >> 8)};
      ALICE.key.verify(content, ALICE.sign(content));
      if (i < 40) { // one of 521 bits half of the time; its lengths need two bytes
        Signature signature = Signature.getInstance("SHA512withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(content);
        key.verify(content, signature.sign());
      }
    }
  }

  @Test
  void N72_keysThatAreNotTheOneExpected_areRefused() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1024);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PinnedKey.of(rsa.generateKeyPair().getPublic()))
        .withMessageContaining("1024");
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(256);
    KeyPair pair = ec.generateKeyPair();
    String open = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
    String secret = Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded());
    for (String pem : List.of(open + open, open + secret, secret, "", "nonsense")) {
      assertThatIllegalArgumentException().isThrownBy(() -> PinnedKey.parse(pem));
    }
    ECParameterSpec curve = ((ECPublicKey) pair.getPublic()).getParams();
    ECPublicKeySpec off = new ECPublicKeySpec(new ECPoint(BigInteger.ONE, BigInteger.TWO), curve);
    byte[] encoded = KeyFactory.getInstance("EC").generatePublic(off).getEncoded();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PinnedKey.parse(Pem.encode("PUBLIC KEY", encoded)))
        .withMessageContaining("curve");
    refused(ArtifactReason.SIGNATURE_INVALID, () -> BOB.key.verify(JAR, ALICE.sign(JAR)));
    refused(ArtifactReason.SIGNATURE_INVALID, () -> ALICE.key.verify(JAR, BOB.sign(JAR)));
  }

  @Test
  void N73_keyIds_areNotBelieved() {
    Map<String, Object> forged = envelope("text/x", JAR, EVE);
    String sig = base64(EVE.sign(pae("text/x", JAR)));
    forged.put("signatures", List.of(Map.of("keyid", ALICE.key.fingerprint().hex(), "sig", sig)));
    refused(AttestReason.SIGNATURE_INVALID, () -> envelopes.verify(json(forged)));
    Map<String, Object> good = envelope("text/x", JAR, ALICE);
    String right = base64(ALICE.sign(pae("text/x", JAR)));
    good.put("signatures", List.of(Map.of("keyid", "someone else", "sig", right)));
    assertThat(envelopes.verify(json(good)).signers()).containsExactly(ALICE.key);
  }

  @Test
  void N74_signedIsTheEncodingOfTypeAndPayload() {
    byte[] bare = json(envelope("text/x", JAR, List.of(ALICE.sign(JAR))));
    refused(AttestReason.SIGNATURE_INVALID, () -> envelopes.verify(bare));
    DsseVerifier umlaut = DsseVerifier.of(SignerKeys.anyOf(ALICE.key), "text/ä");
    assertThat(umlaut.verify(json(envelope("text/ä", JAR, ALICE))).payload()).isEqualTo(JAR);
    byte[] inChars = "DSSEv1 6 text/ä 5 a jar".getBytes(UTF_8);
    byte[] wrong = json(envelope("text/ä", JAR, List.of(ALICE.sign(inChars))));
    refused(AttestReason.SIGNATURE_INVALID, () -> umlaut.verify(wrong));
  }

  @Test
  void N74_vectorOfTheSpecification_isTheSameEncoding() throws Exception {
    DsseEnvelope envelope =
        parse(
            json(envelope("http://example.com/HelloWorld", "hello world".getBytes(UTF_8), ALICE)));
    assertThat(envelope.preAuthenticationEncoding())
        .asString(UTF_8)
        .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    ECParameterSpec curve = p256();
    ECPoint point =
        new ECPoint(
            new BigInteger(
                "46950820868899156662930047687818585632848591499744589407958293238635476079160"),
            new BigInteger(
                "5640078356564379163099075877009565129882514886557779369047442380624545832820"));
    Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
    verifier.initVerify(
        KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve)));
    verifier.update(envelope.preAuthenticationEncoding());
    assertThat(
            verifier.verify(
                Base64.getDecoder()
                    .decode(
                        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==")))
        .isTrue();
  }

  @Test
  void N74_bothAlphabetsOfBase64_areRead() {
    byte[] payload = HexFormat.of().parseHex("fbefbefbffff"); // has + and / in base64
    Map<String, Object> envelope = envelope("text/x", payload, ALICE);
    assertThat(base64(payload)).contains("+", "/");
    assertThat(envelopes.verify(json(envelope)).payload()).isEqualTo(payload);
    envelope.put("payload", Base64.getUrlEncoder().encodeToString(payload));
    assertThat(envelopes.verify(json(envelope)).payload()).isEqualTo(payload);
    for (String bad : List.of("++++\n", "++++=", "QR==", "Q", "%%%%")) {
      envelope.put("payload", bad);
      refused(AttestReason.MALFORMED, () -> envelopes.verify(json(envelope)));
    }
  }

  @Test
  void N74_oneKeyInTwoEncodings_isOneKey() throws Exception {
    RSAPublicKey key = (RSAPublicKey) Signer.rsa().publicKey();
    RSAPublicKey elsewhere = new ElsewhereKey(key);
    assertThat(elsewhere.getEncoded()).isNotEqualTo(key.getEncoded());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SignerKeys.threshold(2, List.of(PinnedKey.of(key), PinnedKey.of(elsewhere))))
        .withMessageContaining("twice");
  }

  /** As a security module might give it: the same numbers, encoded its own way. */
  private record ElsewhereKey(RSAPublicKey key) implements RSAPublicKey {
    private static final long serialVersionUID = 1;

    @Override
    public BigInteger getModulus() {
      return key.getModulus();
    }

    @Override
    public BigInteger getPublicExponent() {
      return key.getPublicExponent();
    }

    @Override
    public String getAlgorithm() {
      return "RSA";
    }

    @Override
    public String getFormat() {
      return "X.509";
    }

    @Override
    public byte[] getEncoded() {
      byte[] encoded = key.getEncoded();
      return Arrays.copyOf(encoded, encoded.length + 1);
    }
  }

  @Test
  void N74_threshold_countsKeysAndNotSignatures() {
    SignerKeys two = SignerKeys.threshold(2, List.of(ALICE.key, BOB.key, Signer.ecdsa().key));
    DsseVerifier both = DsseVerifier.of(two, "text/x");
    assertThat(both.verify(json(envelope("text/x", JAR, EVE, BOB, ALICE))).signers())
        .containsExactly(BOB.key, ALICE.key);
    byte[] twice = json(envelope("text/x", JAR, ALICE, ALICE, EVE));
    assertThat(refused(AttestReason.SIGNATURE_INVALID, () -> both.verify(twice)))
        .contains("1 of 3 keys have signed, 2 are needed");
    List<PinnedKey> same = List.of(ALICE.key, ALICE.key);
    assertThatIllegalArgumentException().isThrownBy(() -> SignerKeys.threshold(1, same));
    List<PinnedKey> one = List.of(ALICE.key);
    assertThatIllegalArgumentException().isThrownBy(() -> SignerKeys.threshold(0, one));
    assertThatIllegalArgumentException().isThrownBy(() -> SignerKeys.threshold(2, one));
    byte[] none = json(envelope("text/x", JAR));
    refused(AttestReason.MALFORMED, () -> envelopes.verify(none));
    Signer[] many = new Signer[9];
    Arrays.fill(many, ALICE);
    byte[] nine = json(envelope("text/x", JAR, many));
    refused(AttestReason.TOO_LARGE, () -> envelopes.verify(nine));
  }

  @Test
  void N75_otherTypes_areRefused() {
    byte[] text = json(envelope("text/y", JAR, ALICE));
    refused(AttestReason.PAYLOAD_TYPE_MISMATCH, () -> envelopes.verify(text));
    byte[] good = ALICE.signed(statement(SLSA, ARTIFACT));
    assertThat(statements.verify(good, ARTIFACT).predicate()).containsEntry("builder", "ours");
    Map<String, Object> older = statement(SLSA, ARTIFACT);
    older.put("_type", "https://in-toto.io/Statement/v0.1");
    assertThat(statements.check(ALICE.signed(older), ARTIFACT).isAccepted()).isTrue();
    Map<String, Object> unknown = statement(SLSA, ARTIFACT);
    unknown.put("_type", "https://in-toto.io/Statement/v2");
    refused(AttestReason.MALFORMED, () -> statements.verify(ALICE.signed(unknown), ARTIFACT));
    byte[] bill = ALICE.signed(statement("https://spdx.dev/Document", ARTIFACT));
    refused(AttestReason.PREDICATE_TYPE_MISMATCH, () -> statements.verify(bill, ARTIFACT));
    byte[] wrongWrap = json(envelope("text/plain", json(statement(SLSA, ARTIFACT)), ALICE));
    refused(AttestReason.PAYLOAD_TYPE_MISMATCH, () -> statements.verify(wrongWrap, ARTIFACT));
  }

  @Test
  void N76_payload_isTheBytesThatWereVerified() {
    byte[] json = json(envelope("text/x", JAR, ALICE));
    VerifiedEnvelope verified = envelopes.verify(json);
    Arrays.fill(json, (byte) 0);
    verified.payload()[0] = 'X';
    assertThat(verified.payload()).isEqualTo(JAR);
    assertThat(VerifiedEnvelope.class.getConstructors()).isEmpty();
    assertThat(VerifiedStatement.class.getConstructors()).isEmpty();
    assertThat(VerifiedImage.class.getConstructors()).isEmpty();
  }

  @Test
  void N77_jsonThatTwoReadersCouldReadDifferently_isRefused() {
    String good = new String(json(statement(SLSA, ARTIFACT)), UTF_8);
    for (String bad :
        List.of(
            good.replace("\"predicateType\"", "\"predicateType\":\"x\",\"predicateType\""),
            good.replace("predicateType", "PredicateType"),
            good.replace("\"subject\"", "\"Subject\""),
            good + good,
            "[" + good + "]",
            "\ufeff" + good,
            good.replace("\"ours\"", "[".repeat(100) + "]".repeat(100)),
            good.replace("\"ours\"", "1e" + "9".repeat(100)))) {
      byte[] envelope = json(envelope(IN_TOTO, bad.getBytes(UTF_8), ALICE));
      assertThat(statements.check(envelope, ARTIFACT).isAccepted()).as(bad).isFalse();
    }
    String outer = new String(json(envelope("text/x", JAR, ALICE)), UTF_8);
    byte[] twoPayloads =
        outer.replace("\"payload\"", "\"payload\":\"AAAA\",\"payload\"").getBytes(UTF_8);
    refused(AttestReason.MALFORMED, () -> envelopes.verify(twoPayloads));
  }

  @Test
  void N78_subjectsThatAreNotTheArtifact_areRefused() {
    Digest other = Digest.sha256Of(new byte[1]);
    byte[] good = ALICE.signed(statement(SLSA, other, ARTIFACT));
    assertThat(statements.verify(good, ARTIFACT).subjectNames()).containsExactly("app.jar");
    Map<String, Object> statement = statement(SLSA);
    List<Object> subjects = new ArrayList<>();
    subjects.add(List.of());
    subjects.add(List.of(Map.of("name", "app.jar", "digest", Map.of())));
    subjects.add(List.of(Map.of("name", "app.jar", "digest", Map.of("sha1", "00"))));
    subjects.add(List.of(Map.of("digest", Map.of("sha512", ARTIFACT.hex()))));
    subjects.add(List.of(Map.of("digest", Map.of("sha256", ARTIFACT.hex() + "00"))));
    String capitals = ARTIFACT.hex().toUpperCase(java.util.Locale.ROOT);
    subjects.add(List.of(Map.of("digest", Map.of("sha256", capitals))));
    subjects.add(List.of(Map.of("digest", Map.of("SHA256", ARTIFACT.hex()))));
    for (Object each : subjects) {
      statement.put("subject", each);
      byte[] signed = ALICE.signed(statement);
      refused(AttestReason.SUBJECT_MISMATCH, () -> statements.verify(signed, ARTIFACT));
    }
    Digest sha512 = Digest.compute(DigestAlgorithm.SHA_512, JAR);
    refused(AttestReason.SUBJECT_MISMATCH, () -> statements.verify(good, sha512));
    Digest[] many = new Digest[1025];
    Arrays.fill(many, ARTIFACT);
    byte[] tooMany = ALICE.signed(statement(SLSA, many));
    refused(AttestReason.TOO_LARGE, () -> statements.verify(tooMany, ARTIFACT));
  }

  private static ECParameterSpec p256() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256); // the default is another curve on newer JDKs
    return ((ECPublicKey) generator.generateKeyPair().getPublic()).getParams();
  }

  private static BigInteger[] numbers(byte[] der) {
    int first = der[3];
    return new BigInteger[] {
      new BigInteger(der, 4, first), new BigInteger(der, 6 + first, der[5 + first])
    };
  }

  private static byte[] padded(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] padded = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, padded, 1, bytes.length);
    return padded;
  }

  private static byte[] sequence(byte[] r, byte[] s) {
    byte[] der = new byte[6 + r.length + s.length];
    der[0] = 0x30;
    der[1] = (byte) (der.length - 2);
    der[2] = 2;
    der[3] = (byte) r.length;
    System.arraycopy(r, 0, der, 4, r.length);
    der[4 + r.length] = 2;
    der[5 + r.length] = (byte) s.length;
    System.arraycopy(s, 0, der, 6 + r.length, s.length);
    return der;
  }

  private static byte[] withLongLength(byte[] der) {
    byte[] longer = new byte[der.length + 1];
    longer[0] = 0x30;
    longer[1] = (byte) 0x81;
    System.arraycopy(der, 1, longer, 2, der.length - 1);
    return longer;
  }

  @Test
  void everyType_saysWhatItIs() {
    Map<String, Object> texts = new LinkedHashMap<>();
    texts.put(envelopes.toString(), "text/x");
    texts.put(statements.toString(), SLSA);
    texts.put(ALICE.key.toString(), "sha256:");
    texts.forEach((text, part) -> assertThat(text).contains(part.toString()));
    PinnedKey same = PinnedKey.parse(ALICE.pem());
    assertThat(ALICE.key).isEqualTo(same).isNotEqualTo(BOB.key).hasSameHashCodeAs(same);
  }
}
