package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.CoseDraft.SCHEME;
import static io.bartizan.integrity.attest.notation.CoseDraft.TIME;
import static io.bartizan.integrity.attest.notation.CoseDraft.array;
import static io.bartizan.integrity.attest.notation.CoseDraft.bytes;
import static io.bartizan.integrity.attest.notation.CoseDraft.head;
import static io.bartizan.integrity.attest.notation.CoseDraft.join;
import static io.bartizan.integrity.attest.notation.CoseDraft.map;
import static io.bartizan.integrity.attest.notation.CoseDraft.number;
import static io.bartizan.integrity.attest.notation.CoseDraft.put;
import static io.bartizan.integrity.attest.notation.CoseDraft.text;
import static io.bartizan.integrity.attest.notation.CoseDraft.time;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.tests.AllocatedBytes;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The entry N07 of the matrix, and what holds of both formats in COSE's form. */
class NotationCoseTest {

  private static final String EXPIRY = "io.cncf.notary.expiry";
  private static final String AUTHENTIC = "io.cncf.notary.authenticSigningTime";

  private static void refused(NotationReason reason, Consumer<CoseDraft> change) {
    CoseDraft draft = new CoseDraft();
    change.accept(draft);
    NotationOutcomes.refused(draft.check(), reason);
  }

  private static void malformed(Consumer<CoseDraft> change) {
    refused(NotationReason.MALFORMED, change);
  }

  private static NotationSignature accepted(Consumer<CoseDraft> change) {
    CoseDraft draft = new CoseDraft();
    change.accept(draft);
    return NotationOutcomes.accepted(draft.check());
  }

  @Test
  void N07_goodEnvelope_tellsWhatJwsTells() {
    NotationSignature signed =
        accepted(
            draft -> {
              draft.set(1, number(2), array(text(SCHEME), text(EXPIRY)));
              put(draft.header, text(EXPIRY), time(1_800_000_000));
            });
    assertThat(signed.scheme()).isEqualTo(NotationScheme.X509);
    assertThat(signed.signedAt()).isEmpty();
    assertThat(signed.expiresAt()).contains(Instant.ofEpochSecond(1_800_000_000));
    assertThat(signed.annotations()).isEqualTo(Map.of("build", "7"));
    NotationSignature authority =
        accepted(
            draft -> {
              draft.set(1, number(2), array(text(AUTHENTIC), text(SCHEME)));
              draft.set(3, text(AUTHENTIC), time(1_777_600_000));
              draft.set(4, text(SCHEME), text("notary.x509.signingAuthority"));
            });
    assertThat(authority.signedAt()).contains(Instant.ofEpochSecond(1_777_600_000));
  }

  @Test
  void N07_otherHeaders_arePassedOver() {
    NotationSignature unused =
        accepted(
            draft -> {
              put(draft.header, text("example.note"), array(number(1), head(7, 21), text("é")));
              put(draft.header, number(99), bytes(new byte[300]));
              put(draft.unprotected, number(-70_000), map(List.of(join(number(1), head(7, 22)))));
            });
  }

  @Test
  void N07_outsideIsATaggedSign1OfFour() {
    malformed(draft -> draft.whole = all -> Arrays.copyOfRange(all, 1, all.length)); // no tag
    for (long tag : new long[] {17, 97, 98, 55799}) {
      malformed(draft -> draft.whole = all -> join(head(6, tag), tail(all)));
    }
    malformed(draft -> draft.whole = all -> join(head(6, 55799), all));
    malformed(draft -> draft.whole = all -> join(all, new byte[1]));
    malformed(draft -> draft.body = all -> join(head(4, 5), tail(all), number(1)));
    malformed(draft -> draft.body = all -> join(head(4, 3), tail(all)));
    malformed(draft -> draft.payload = head(7, 22)); // detached
    malformed(draft -> draft.payload = text("{}"));
    malformed(draft -> draft.headerBytes = all -> join(all, number(0)));
    malformed(draft -> draft.headerBytes = all -> new byte[0]);
    malformed(draft -> draft.headerBytes = all -> array(number(1)));
  }

  private static byte[] tail(byte[] all) {
    return Arrays.copyOfRange(all, 1, all.length);
  }

  @Test
  void N07_chain_isOneArrayThatIsNotProtected() {
    byte[] first = bytes(NotationDraft.der(new NotationDraft().chain.get(0)));
    malformed(draft -> draft.chain = first); // one byte string
    malformed(draft -> draft.chain = array());
    malformed(draft -> draft.chain = new byte[0]); // none
    malformed(draft -> draft.chain = array(text("x")));
    malformed(draft -> put(draft.unprotected, number(33), draft.chain));
    malformed(draft -> put(draft.header, number(33), draft.chain)); // two chains
    malformed(
        draft -> {
          put(draft.header, number(33), draft.chain);
          draft.chain = new byte[0];
        });
  }

  @Test
  void N07_time_isAnIntegerWithTag1() {
    byte[] seconds = number(1_777_600_000);
    for (byte[] other :
        List.of(
            seconds,
            join(head(6, 0), text("2026-05-01T12:00:00Z")),
            join(head(6, 0), seconds),
            join(head(6, 100), seconds),
            join(head(6, 1), new byte[] {(byte) 0xfb, 0x41, (byte) 0xda, 0, 0, 0, 0, 0, 0}),
            join(head(6, 1), head(6, 1), seconds),
            join(head(6, 2), bytes(new byte[] {1})),
            text("2026-05-01T12:00:00Z"),
            time(-1),
            time(253_402_300_800L),
            time(Long.MAX_VALUE),
            join(head(6, 1), head(0, -1)))) {
      malformed(draft -> draft.set(3, text(TIME), other));
    }
  }

  @Test
  void N07_labels_areThereOnceAndIntegersOrTexts() {
    malformed(draft -> put(draft.header, number(1), number(-7)));
    malformed(draft -> put(draft.header, text(TIME), time(1)));
    malformed(draft -> put(draft.unprotected, text("io.cncf.notary.signingAgent"), text("x")));
    byte[] twice = map(List.of(join(number(1), number(1)), join(number(1), number(2))));
    malformed(draft -> put(draft.unprotected, text("x"), twice));
    malformed(draft -> put(draft.unprotected, bytes(new byte[1]), number(1)));
    malformed(draft -> put(draft.unprotected, array(), number(1)));
    malformed(draft -> put(draft.unprotected, head(7, 21), number(1)));
    malformed(
        draft -> { // in both headers
          put(draft.header, text("x"), number(1));
          put(draft.unprotected, text("x"), number(1));
        });
  }

  @Test
  void N07_lengths_areDefiniteAndShortest() {
    byte[] end = {(byte) 0xff};
    malformed(draft -> draft.body = all -> join(new byte[] {(byte) 0x9f}, tail(all), end));
    malformed(draft -> draft.headerBytes = all -> join(new byte[] {(byte) 0xbf}, tail(all), end));
    malformed(draft -> draft.payload = join(new byte[] {0x5f}, draft.payload, end));
    byte[] open = join(new byte[] {0x7f}, text("notary.x509"), end);
    malformed(draft -> draft.set(4, text(SCHEME), open));
    malformed(draft -> draft.body = all -> join(new byte[] {(byte) 0x98, 4}, tail(all)));
    malformed(draft -> draft.headerBytes = all -> join(new byte[] {(byte) 0xb8, 5}, tail(all)));
    for (byte[] longer :
        List.of(
            new byte[] {0x38, 6},
            new byte[] {0x39, 0, 6},
            new byte[] {0x3a, 0, 0, 0, 6},
            new byte[] {0x3b, 0, 0, 0, 0, 0, 0, 0, 6})) {
      malformed(draft -> draft.set(0, number(1), longer));
    }
    malformed(draft -> draft.set(3, text(TIME), new byte[] {(byte) 0xd8, 1, 0x1a, 100, 0, 0, 0}));
    malformed(
        draft -> put(draft.unprotected, text("x"), new byte[] {0x1b, 0, 0, 0, 0, 100, 0, 0, 0}));
    for (int low = 28; low < 31; low++) { // reserved
      byte[] reserved = {(byte) low};
      malformed(draft -> put(draft.unprotected, text("x"), reserved));
    }
  }

  @Test
  void N07_otherValues_areRefused() {
    for (byte[] value :
        List.of(
            new byte[] {(byte) 0xf9, 0x3c, 0},
            new byte[] {(byte) 0xfa, 0x3f, (byte) 0x80, 0, 0},
            head(7, 23),
            head(7, 19),
            new byte[] {(byte) 0xf8, 21},
            new byte[] {0x62, (byte) 0xc3, 0x28},
            new byte[] {0x63, (byte) 0xed, (byte) 0xa0, (byte) 0x80})) {
      malformed(draft -> put(draft.unprotected, text("x"), value));
    }
  }

  @Test
  void N04_critical_namesWhatItMust_inCose() {
    malformed(draft -> draft.header.remove(1));
    malformed(draft -> draft.set(1, number(2), array()));
    malformed(draft -> draft.set(1, number(2), text(SCHEME)));
    malformed(draft -> draft.set(1, number(2), array(text(SCHEME), text(SCHEME))));
    malformed(draft -> draft.set(1, number(2), array(text(TIME))));
    malformed(draft -> draft.set(1, number(2), array(text(SCHEME), text("absent"))));
    malformed(draft -> put(draft.header, text(EXPIRY), time(1_800_000_000)));
    refused(
        NotationReason.CRITICAL_UNKNOWN,
        draft -> draft.set(1, number(2), array(text(SCHEME), number(1))));
    refused(
        NotationReason.CRITICAL_UNKNOWN,
        draft -> {
          draft.set(1, number(2), array(text(SCHEME), text("note")));
          put(draft.header, text("note"), number(1));
        });
    refused(
        NotationReason.PLUGIN_REQUIRED,
        draft -> put(draft.header, text("io.cncf.notary.verificationPlugin"), text("x")));
  }

  @Test
  void N06_headersThatMustBeProtected_areNotElsewhere_inCose() {
    for (int i = 0; i < 5; i++) {
      int place = i;
      malformed(draft -> draft.unprotected.add(draft.header.remove(place)));
    }
    malformed(draft -> put(draft.unprotected, text(EXPIRY), time(1_800_000_000)));
    malformed(draft -> put(draft.unprotected, text(SignedAttributes.TIMESTAMP), text("no bytes")));
  }

  @Test
  void N03_algorithm_isTheOneOfTheKey_inCose() {
    for (long other : new long[] {-35, -36, -37, -8, -65_535, 5, 0}) {
      refused(NotationReason.ALGORITHM_MISMATCH, draft -> draft.set(0, number(1), number(other)));
    }
    refused(NotationReason.ALGORITHM_MISMATCH, draft -> draft.set(0, number(1), text("ES256")));
    for (String[] each :
        new String[][] {
          {"secp384r1", "ES384", "-35"},
          {"secp521r1", "ES512", "-36"},
          {"2048", "PS256", "-37"},
          {"3072", "PS384", "-38"}
        }) {
      KeyPair key =
          each[0].startsWith("s")
              ? NotationDraft.ec(each[0])
              : NotationDraft.rsa(Integer.parseInt(each[0]));
      NotationSignature unused =
          accepted(
              draft -> {
                draft.draft.key = key;
                draft.draft.algorithm = each[1];
                draft.draft.chain.set(0, NotationDraft.leaf(LEAF, key));
                draft.chain = CoseDraft.chain(draft.draft);
                draft.set(0, number(1), number(Long.parseLong(each[2])));
              });
    }
  }

  @Test
  void N05_otherPayloadType_isRefused_inCose() {
    for (byte[] type : List.of(text("application/json"), number(50), head(7, 22))) {
      refused(NotationReason.PAYLOAD_TYPE_MISMATCH, draft -> draft.set(2, number(3), type));
    }
    malformed(draft -> draft.header.remove(2));
  }

  @Test
  void N02_signatureOverSomethingElse_isRefused_inCose() {
    refused(NotationReason.SIGNATURE_INVALID, draft -> draft.context = "Signature");
    byte[] good = new CoseDraft().make();
    CoseDraft other = new CoseDraft();
    other.payload =
        bytes(NotationDraft.payload(NotationDraft.ARTIFACT).replace('7', '8').getBytes(UTF_8));
    byte[] made = other.make();
    byte[] mixed = join(Arrays.copyOf(made, made.length - 64), tail(good, 64));
    NotationOutcomes.refused(CoseDraft.check(mixed), NotationReason.SIGNATURE_INVALID);
  }

  private static byte[] tail(byte[] all, int length) {
    return Arrays.copyOfRange(all, all.length - length, all.length);
  }

  @Test
  void N01_descriptorThatDiffers_isRefused_inCose() {
    Descriptor other =
        new Descriptor(Descriptor.MANIFEST, Digest.sha256Of(new byte[1]), 481, Map.of());
    refused(
        NotationReason.ARTIFACT_MISMATCH,
        draft -> draft.payload = bytes(NotationDraft.payload(other).getBytes(UTF_8)));
  }

  @Test
  void N07_lyingLengthsNestingAndCrowds_areRefusedInBoundedMemory() {
    byte[] deep = new byte[100_000];
    Arrays.fill(deep, (byte) 0x81);
    byte[] tags = new byte[100_000];
    Arrays.fill(tags, (byte) 0xc1);
    byte[] crowd = new byte[1_000_000];
    crowd[0] = (byte) 0x9a;
    crowd[2] = 0x0f;
    for (byte[] hostile :
        List.of(
            deep,
            tags,
            crowd,
            head(2, Long.MAX_VALUE),
            head(2, Integer.MAX_VALUE),
            head(3, 1L << 40),
            head(4, 1L << 62),
            head(5, Long.MAX_VALUE),
            head(4, -1))) {
      AllocatedBytes.assertBounded(
          hostile.length,
          () -> assertThat(CoseDraft.check(join(head(6, 18), hostile)).isAccepted()).isFalse());
    }
    NotationOutcomes.refused(CoseDraft.check(join(head(6, 18), crowd)), NotationReason.TOO_LARGE);
    NotationOutcomes.refused(
        CoseDraft.check(new byte[Envelope.MAX_BYTES + 1]), NotationReason.TOO_LARGE);
    NotationOutcomes.refused(CoseDraft.check(new byte[0]), NotationReason.MALFORMED);
  }
}
