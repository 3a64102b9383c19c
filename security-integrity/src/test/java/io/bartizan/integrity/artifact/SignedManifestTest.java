package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.core.Pem;
import io.bartizan.tests.DamagedTexts;
import io.bartizan.tests.SeededCases;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries 52, 53 and 56 of the attack matrix: manifests, their signatures and their age. */
class SignedManifestTest {

  private static final byte[] SUMS = utf8(Digest.sha256Of(bytes(10)).hex() + "  a\n");
  private static final byte[] ID = bytes(8);

  @ParameterizedTest
  @CsvSource({
    "Ed25519,255,Ed25519",
    "EC,256,SHA256withECDSA",
    "EC,384,SHA384withECDSA",
    "EC,521,SHA512withECDSA",
    "RSA,2048,SHA256withRSA"
  })
  void verify_everyKind_acceptsTheRightSignatureOnly(String family, int bits, String algorithm)
      throws Exception {
    KeyPair pair = pair(family, bits);
    PinnedKey key = PinnedKey.parse(Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded()));
    byte[] signature = sign(algorithm, pair.getPrivate(), SUMS);
    assertThat(
            SignedManifests.of(key, RollbackRule.anyAge())
                .verify(SUMS, signature)
                .manifest()
                .entries())
        .containsOnlyKeys("a");
    for (int i = 0; i < signature.length; i += 7) {
      byte[] flipped = signature.clone();
      flipped[i] ^= 1;
      refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(SUMS, flipped));
    }
    for (int length : new int[] {0, 1, signature.length - 1, signature.length + 1}) {
      byte[] cut = Arrays.copyOf(signature, length);
      refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(SUMS, cut));
    }
    PinnedKey other = PinnedKey.of(pair(family, bits).getPublic());
    refused(ArtifactReason.SIGNATURE_INVALID, () -> other.verify(SUMS, signature));
  }

  @Test
  void parse_otherThanOneAcceptedKey_isRefused() throws Exception {
    String one = Pem.encode("PUBLIC KEY", pair("EC", 256).getPublic().getEncoded());
    for (String text :
        new String[] {
          "",
          one + one,
          Pem.encode("PRIVATE KEY", pair("EC", 256).getPrivate().getEncoded()),
          Pem.encode("PUBLIC KEY", bytes(50)),
          Pem.encode("PUBLIC KEY", pair("RSA", 1024).getPublic().getEncoded()),
          Pem.encode("PUBLIC KEY", pair("DSA", 2048).getPublic().getEncoded())
        }) {
      assertThatIllegalArgumentException().isThrownBy(() -> PinnedKey.parse(text));
    }
  }

  @Test
  void N52_clearSignedText_isRefused() {
    String clear = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n";
    String sums = new String(SUMS, StandardCharsets.UTF_8);
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(utf8(clear + sums)));
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(utf8(sums + clear)));
  }

  @Test
  void N53_bytesChangedAfterwards_areNotWhatIsParsed() throws Exception {
    KeyPair pair = pair("Ed25519", 255);
    PinnedKey key = PinnedKey.of(pair.getPublic());
    byte[] content = SUMS.clone();
    byte[] signature = sign("Ed25519", pair.getPrivate(), content);
    RollbackRule rule =
        manifest -> {
          Arrays.fill(content, (byte) '#');
          return true;
        };
    SignedManifest signed = SignedManifests.of(key, rule).verify(content, signature);
    assertThat(signed.manifest().require("a").digests())
        .containsExactly(Digest.sha256Of(bytes(10)));
    assertThat(signed.digest()).isEqualTo(Digest.sha256Of(SUMS));
    byte[] other = utf8(Digest.sha256Of(bytes(11)).hex() + "  a\n");
    refused(
        ArtifactReason.SIGNATURE_INVALID,
        () -> SignedManifests.of(key, RollbackRule.anyAge()).verify(other, signature));
  }

  @Test
  void N56_olderManifest_isRefusedByTheRule() throws Exception {
    KeyPair pair = pair("Ed25519", 255);
    MinisignKey key = minisignKey(pair);
    RollbackRule rule =
        manifest -> Integer.parseInt(manifest.trustedComment().replaceAll("\\D", "")) >= 7;
    String recent = minisign(pair, SUMS, "version 7", true);
    assertThat(SignedManifests.of(key, rule).verify(SUMS, recent).trustedComment())
        .isEqualTo("version 7");
    String old = minisign(pair, SUMS, "version 6", true);
    refused(ArtifactReason.ROLLED_BACK, () -> SignedManifests.of(key, rule).verify(SUMS, old));
    String forged = old.replace("version 6", "version 8");
    refused(
        ArtifactReason.SIGNATURE_INVALID, () -> SignedManifests.of(key, rule).verify(SUMS, forged));
  }

  @Test
  void minisign_bothForms_areVerified(@TempDir Path directory) throws Exception {
    KeyPair pair = pair("Ed25519", 255);
    MinisignKey key = minisignKey(pair);
    byte[] content = bytes(100_000);
    Path file = Files.write(directory.resolve("f"), content);
    String usual = minisign(pair, content, "c", true);
    String older = minisign(pair, content, "c", false);
    assertThat(key.verify(content, usual)).isEqualTo("c");
    assertThat(key.verify(content, older)).isEqualTo("c");
    assertThat(key.verify(file, usual)).isEqualTo("c");
    assertThat(key.verify(file, older)).isEqualTo("c");
    Path other = Files.write(directory.resolve("other"), bytes(99_999));
    refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(other, older));
    refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(bytes(99_999), usual));
    refused(
        ArtifactReason.SIGNATURE_INVALID,
        () -> minisignKey(pair("Ed25519", 255)).verify(content, usual));
    MinisignKey renamed = MinisignKey.parse(publicText(pair, new byte[8]));
    refused(ArtifactReason.SIGNATURE_INVALID, () -> renamed.verify(content, usual));
  }

  @Test
  void minisign_mutatedSignature_onlyRefuses() throws Exception {
    KeyPair pair = pair("Ed25519", 255);
    MinisignKey key = minisignKey(pair);
    String good = minisign(pair, SUMS, "comment", true);
    int untrusted = good.indexOf('\n');
    SeededCases.check(
        2_000,
        random -> {
          StringBuilder text = new StringBuilder(good);
          DamagedTexts.damage(text, random);
          boolean harmless =
              text.toString().endsWith(good.substring(untrusted))
                  || text.toString().stripTrailing().replace("\r", "").equals(good.strip())
                  || text.toString().equals(good);
          if (!harmless) {
            assertThat(Checked.of(() -> key.verify(SUMS, text.toString())).isAccepted())
                .as(text.toString())
                .isFalse();
          }
        });
  }

  private static KeyPair pair(String family, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
    if (!family.equals("Ed25519")) {
      generator.initialize(bits);
    }
    return generator.generateKeyPair();
  }

  private static byte[] sign(String algorithm, PrivateKey key, byte[] content) throws Exception {
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(content);
    return signer.sign();
  }

  private static MinisignKey minisignKey(KeyPair pair) {
    return MinisignKey.parse(publicText(pair, ID));
  }

  private static String publicText(KeyPair pair, byte[] id) {
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return "untrusted comment: key\n"
        + Base64.getEncoder().encodeToString(concat(utf8("Ed"), id, point))
        + "\n";
  }

  private static String minisign(KeyPair pair, byte[] content, String comment, boolean prehashed)
      throws Exception {
    byte[] signed = content;
    if (prehashed) {
      Blake2bDigest hash = new Blake2bDigest(512);
      hash.update(content, 0, content.length);
      signed = new byte[64];
      assertThat(hash.doFinal(signed, 0)).isEqualTo(64);
    }
    byte[] signature = sign("Ed25519", pair.getPrivate(), signed);
    byte[] global = sign("Ed25519", pair.getPrivate(), concat(signature, utf8(comment)));
    Base64.Encoder base64 = Base64.getEncoder();
    return "untrusted comment: x\n"
        + base64.encodeToString(concat(utf8(prehashed ? "ED" : "Ed"), ID, signature))
        + "\ntrusted comment: "
        + comment
        + "\n"
        + base64.encodeToString(global)
        + "\n";
  }

  private static byte[] concat(byte[]... parts) {
    var all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
