package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.TSA_NAME;
import static io.bartizan.integrity.attest.notation.NotationDraft.TSA_ROOT;
import static io.bartizan.integrity.attest.notation.NotationDraft.TSA_ROOT_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.testkit.sigstore.draft.Stamp;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** The entry N12 of the matrix: an expired leaf and a timestamp over its signature. */
class NotationTimestampTest {

  private static final KeyPair KEY = NotationDraft.ec("secp256r1");
  private static final KeyPair OTHER_KEY = NotationDraft.ec("secp256r1");
  private static final Instant MAY = Instant.parse("2026-05-10T00:00:00Z");

  /** Valid from February to 15 May; the time of verification is 1 June. */
  private static final X509Certificate OLD =
      NotationDraft.leaf(
          LEAF, LEAF_KEY, "2026-02-01", "2026-05-15", true, KeyUsage.digitalSignature, false, "");

  private static final X509Certificate TSA =
      tsa(TSA_NAME, TSA_ROOT_KEY, KEY, true, KeyPurposeId.id_kp_timeStamping);

  private static X509Certificate tsa(
      String issuer, KeyPair issuerKey, KeyPair key, boolean critical, KeyPurposeId... purposes) {
    try {
      return NotationDraft.issue(
          NotationDraft.builder("CN=stamper", issuer, key, "2026-01-02", "2028-01-01")
              .addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes)),
          issuerKey);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A good token. */
  static byte[] token(byte[] over) {
    Stamp stamp = new Stamp(KEY.getPrivate(), TSA, over, MAY);
    stamp.embedded.add(TSA);
    return stamp.token();
  }

  private static Checked<NotationSignature> check(Consumer<Stamp> change) {
    return check(OLD, change, token -> {});
  }

  private static Checked<NotationSignature> check(
      X509Certificate leaf, Consumer<Stamp> change, Consumer<byte[]> tamper) {
    NotationDraft draft = new NotationDraft();
    draft.chain.set(0, leaf);
    draft.stamp =
        signature -> {
          Stamp stamp = new Stamp(KEY.getPrivate(), TSA, signature, MAY);
          stamp.embedded.add(TSA);
          change.accept(stamp);
          byte[] token = stamp.token();
          tamper.accept(token);
          return token;
        };
    return draft.check(
        NotationDraft.verifier(
                NotationDraft.policy("\"strict\"", "\"ca:acme\",\"tsa:acme\"", "\"*\""))
            .build());
  }

  private static void refused(NotationReason reason, Consumer<Stamp> change) {
    NotationOutcomes.refused(check(change), reason);
  }

  private static NotationSignature accepted(Consumer<Stamp> change) {
    return NotationOutcomes.accepted(check(change));
  }

  @Test
  void N12_timestamp_tellsWhenItWasSigned() {
    assertThat(accepted(stamp -> {}).signedAt()).contains(MAY);
    refused(
        NotationReason.CERTIFICATE_NOT_VALID_AT_TIME,
        stamp -> stamp.at(Instant.parse("2026-05-15T00:00:01Z")));
    refused(
        NotationReason.CERTIFICATE_NOT_VALID_AT_TIME,
        stamp -> stamp.at(Instant.parse("2026-01-31T23:59:59Z")));
  }

  @Test
  void N12_accuracy_countsBothWays() {
    for (String moment : List.of("2026-05-14T23:59:30Z", "2026-02-01T00:00:30Z")) {
      Instant time = Instant.parse(moment);
      NotationSignature unused =
          accepted(
              stamp -> {
                stamp.at(time);
                stamp.accuracy = Stamp.seconds(29);
              });
      refused(
          NotationReason.CERTIFICATE_NOT_VALID_AT_TIME,
          stamp -> {
            stamp.at(time);
            stamp.accuracy = Stamp.seconds(31);
          });
    }
  }

  @Test
  void N12_timestampOverSomethingElse_isRefused() {
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> stamp.over = new byte[64]);
  }

  @Test
  void N12_timestampWhoseContentWasChanged_isRefused() {
    NotationOutcomes.refused(
        check(
            OLD,
            stamp -> {},
            token -> {
              int number = indexOf(token, 0x02, 0x01, 0x07, 0x18);
              token[number + 2] = 8;
            }),
        NotationReason.TIMESTAMP_INVALID);
  }

  private static int indexOf(byte[] all, int... bytes) {
    for (int i = 0; i + bytes.length <= all.length; i++) {
      int same = 0;
      while (same < bytes.length && all[i + same] == bytes[same]) {
        same++;
      }
      if (same == bytes.length) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void N12_signerThatIsNotTheNamedCertificate_isRefused() {
    X509Certificate other =
        tsa(TSA_NAME, TSA_ROOT_KEY, OTHER_KEY, true, KeyPurposeId.id_kp_timeStamping);
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> stamp.key = OTHER_KEY.getPrivate());
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> stamp.certificate = other);
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> stamp.named = TSA_ROOT);
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> stamp.embedded.clear());
    // of the same name and number, but the other's key signed
    NotationSignature unused = accepted(stamp -> stamp.embedded.add(0, other));
  }

  @Test
  void N12_authorityOfAnotherPurpose_isRefused() {
    for (X509Certificate other :
        List.of(
            tsa(TSA_NAME, TSA_ROOT_KEY, KEY, false, KeyPurposeId.id_kp_timeStamping),
            tsa(TSA_NAME, TSA_ROOT_KEY, KEY, true, KeyPurposeId.id_kp_codeSigning),
            tsa(
                TSA_NAME,
                TSA_ROOT_KEY,
                KEY,
                true,
                KeyPurposeId.id_kp_timeStamping,
                KeyPurposeId.id_kp_codeSigning))) {
      refused(NotationReason.TIMESTAMP_INVALID, stamp -> by(stamp, other));
    }
  }

  private static void by(Stamp stamp, X509Certificate tsa, X509Certificate... between) {
    stamp.certificate = tsa;
    stamp.named = tsa;
    stamp.embedded = new ArrayList<>(List.of(tsa));
    stamp.embedded.addAll(List.of(between));
  }

  @Test
  void N12_authorityOfAStranger_isRefused() {
    X509Certificate stranger = NotationDraft.authority("CN=stranger", OTHER_KEY);
    X509Certificate its = tsa("CN=stranger", OTHER_KEY, KEY, true, KeyPurposeId.id_kp_timeStamping);
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> by(stamp, its));
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> by(stamp, its, stranger));
    X509Certificate posing = tsa(TSA_NAME, OTHER_KEY, KEY, true, KeyPurposeId.id_kp_timeStamping);
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> by(stamp, posing));
  }

  @Test
  void N12_authorityThatWasNotValidThen_isRefused() {
    refused(
        NotationReason.TIMESTAMP_INVALID, stamp -> stamp.at(Instant.parse("2026-01-01T12:00:00Z")));
  }

  @Test
  void N12_pathInsideTheToken_leadsToTheRoot() {
    X509Certificate[] between = path(2);
    X509Certificate its = tsa("CN=0", OTHER_KEY, KEY, true, KeyPurposeId.id_kp_timeStamping);
    NotationSignature unused = accepted(stamp -> by(stamp, its, between));
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> by(stamp, its, between[0]));
    X509Certificate[] longest = path(4);
    NotationSignature also = accepted(stamp -> by(stamp, its, longest));
    assertThat(also.signedAt()).contains(MAY);
    X509Certificate[] tooLong = path(5);
    refused(NotationReason.TIMESTAMP_INVALID, stamp -> by(stamp, its, tooLong));
  }

  /** Authorities CN=0 to the last, each certified by the next, the last by the root. */
  private static X509Certificate[] path(int length) {
    X509Certificate[] all = new X509Certificate[length];
    for (int i = 0; i < length; i++) {
      boolean last = i == length - 1;
      all[i] =
          NotationDraft.authority(
              "CN=" + i,
              last ? TSA_NAME : "CN=" + (i + 1),
              OTHER_KEY,
              last ? TSA_ROOT_KEY : OTHER_KEY,
              i);
    }
    return all;
  }
}
