package io.bartizan.integrity;

import static io.bartizan.integrity.Refusals.bytes;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.Sri;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.tests.ValueTypes;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ML-23: every value type of this module's API. */
class ValueTypesTest {

  private static final Digest A = Digest.sha256Of(bytes(1));
  private static final Digest B = Digest.sha256Of(bytes(2));
  private static final Digest A5 = Digest.compute(DigestAlgorithm.SHA_512, bytes(1));
  private static final Digest B5 = Digest.compute(DigestAlgorithm.SHA_512, bytes(2));

  @Test
  void ML23_values_areEqualExactlyWhenTheyAreOneValue() throws Exception {
    ValueTypes values = ValueTypes.check();
    values.equal(
        A,
        Digest.sha256Of(bytes(1)),
        Digest.parseOci(A.oci()),
        Digest.parseSri(A.sri()),
        Digest.parseSha256(A.hex()),
        Digest.ofValue(DigestAlgorithm.SHA_256, A.bytes()),
        Digest.valueOf(A.toString()),
        Digest.parseNi(A.ni()));
    values.equal(B).equal(A5, Digest.parseSri(A5.sri())).equal(B5);
    values.equal(Digest.compute(DigestAlgorithm.SHA_384, bytes(1)));
    for (int i = 0; i < 32; i++) { // each byte counts
      byte[] changed = A.bytes();
      changed[i] ^= 1;
      values.equal(Digest.ofValue(DigestAlgorithm.SHA_256, changed));
    }
    byte[] prefix = new byte[64];
    System.arraycopy(A.bytes(), 0, prefix, 0, 32);
    values.equal(Digest.ofValue(DigestAlgorithm.SHA_512, prefix));

    values.equal(Expected.of(A), Expected.of(Digest.parseOci(A.oci())), Expected.of(List.of(A)));
    values.equal(Expected.of(B)).equal(Expected.of(A5)).equal(Expected.of(A, A5));
    values.equal(Expected.of(A).withSize(1), Expected.of(List.of(A)).withSize(1));
    values.equal(Expected.of(A).withSize(0)).equal(Expected.of(A).withSize(2));
    values.equal(Expected.of(A).withMaxSize(1), Expected.of(A).withMaxSize(5).withMaxSize(1));
    values.equal(Expected.of(A).withMaxSize(2)).equal(Expected.of(B).withSize(1));

    values.equal(
        Sri.of(A),
        Sri.parse(A.sri()),
        Sri.parse(" " + A.sri() + "?x \t"),
        Sri.parse(A.sri() + " " + A.sri()));
    values.equal(Sri.of(B)).equal(Sri.of(A5), Sri.parse(A.sri() + " " + A5.sri()));
    values.equal(
        Sri.parse(A5.sri() + " " + B5.sri()), Sri.parse(B5.sri() + " " + A5.sri() + " " + A.sri()));
    values.equal(Sri.parse(A.sri() + " " + B.sri()), Sri.of(B, A));
    values.equal(Sri.parseAsSpecified(""), Sri.parseAsSpecified("md5-x"));
    values.equal(Sri.parseAsSpecified("sha512-x"), Sri.parseAsSpecified(A.sri() + " sha512-y"));
    values.equal(Sri.parseAsSpecified("sha384-x"));

    String image = "ghcr.io/team/app:1@" + A;
    values.equal(ImageReference.parse(image), ImageReference.valueOf(image));
    values.equal(ImageReference.parse(image.replace(A.oci(), B.oci())));
    values.equal(ImageReference.parse(image.replace("ghcr", "other")));
    values.equal(ImageReference.parse(image.replace("app", "apps")));
    values.equal(ImageReference.parse(image.replace(":1", ":2")));
    values.equal(ImageReference.parse(image.replace(":1", "")));
    values.equal(ImageReference.parse("ghcr.io/team/app:1"));
    values.equal(ImageReference.parse("ghcr.io/team/app"));
    values.equal(ImageReference.parse("team/app"), ImageReference.parse("team/app"));

    values.equal(
        new Descriptor("a", A, 1, Map.of("k", "v")), new Descriptor("a", A, 1, Map.of("k", "v")));
    values.equal(new Descriptor("b", A, 1, Map.of("k", "v")));
    values.equal(new Descriptor("a", B, 1, Map.of("k", "v")));
    values.equal(new Descriptor("a", A, 2, Map.of("k", "v")));
    values.equal(new Descriptor("a", A, 1, Map.of("k", "w")));
    values.equal(new Descriptor("a", A, 1, Map.of()));

    for (String family : List.of("RSA", "EC", "Ed25519")) {
      for (int number = 0; number < 2; number++) {
        KeyPair pair = KeyPairGenerator.getInstance(family).generateKeyPair();
        String pem = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
        values.equal(PinnedKey.of(pair.getPublic()), PinnedKey.parse(pem));
      }
    }
    values.holds().coversAllOfTheApi();
  }
}
