package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.x509.TimestampToken;
import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.Stamp;
import io.bartizan.tests.DamagedTexts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged bundles of every kind: each gives a typed refusal, or the answer of an undamaged one with
 * no other evidence, if perhaps with less, within bounds. Damaged are the JSON, its structure and,
 * inside its base64, certificates, timestamps, bodies, signatures; so are roots, checkpoints and
 * what else is read. {@code -Dbartizan.mutations=N} runs N of each in the deep tier.
 */
class SigstoreMutationTest {

  /** What a judgement may allocate beside ten times the text: paths and signatures. */
  private static final long JUDGED = 2 * 1024 * 1024;

  private final World world = new World();
  private final List<Draft> drafts =
      List.of(Draft.v1(world), Draft.v2(world), Draft.v1(world).statement(), v2Dsse(), both());
  private final List<Map<String, Object>> bundles = drafts.stream().map(Draft::build).toList();
  private final SigstoreVerifier verifier = drafts.get(0).verifier();
  private final List<String> texts = bundles.stream().map(JsonTree::write).toList();
  private final List<VerifiedBundle> answers =
      texts.stream().map(each -> bundle(verify(each.getBytes(UTF_8)))).toList();

  private Draft v2Dsse() {
    Draft draft = Draft.v2(world).statement();
    draft.first().kind = "dsse";
    return draft;
  }

  private Draft both() {
    Draft draft = Draft.v1(world);
    draft.entries.add(draft.entry2());
    draft.stamps.add(stamp -> stamp.embedded.add(world.tsa));
    return draft;
  }

  private Checked<?> verify(byte[] json) {
    Checked<VerifiedBundle> message = verifier.check(json, Draft.ARTIFACT);
    boolean statement =
        message.fold(v -> false, r -> r.reason() == SigstoreReason.CONTENT_KIND_MISMATCH);
    return statement
        ? verifier.checkStatement(json, Digest.sha256Of(Draft.ARTIFACT), Draft.PREDICATE)
        : message;
  }

  @Test
  void damagedBundles_giveARefusalOrTheSameAnswer() {
    damaged(400);
  }

  @Test
  @Tag("deep")
  void damagedBundles_giveARefusalOrTheSameAnswer_deep() {
    damaged(DamagedTexts.deep(10_000)); // about a millisecond each
  }

  private void damaged(int count) {
    DamagedTexts.checkBytes(count, texts, JUDGED, this::judge);
  }

  /** The outcome, which is a typed refusal or says nothing that no undamaged bundle says. */
  private Object judge(byte[] json) {
    Checked<?> outcome = verify(json);
    if (outcome.isAccepted()) {
      VerifiedBundle found = bundle(outcome);
      assertThat(answers).as("%s", outcome).anyMatch(right -> says(found, right));
      return found;
    }
    Object reason = outcome.fold(value -> null, refusal -> refusal.reason());
    assertThat(reason).isInstanceOf(SigstoreReason.class);
    return outcome.orThrow();
  }

  private static boolean says(VerifiedBundle found, VerifiedBundle right) {
    return found.artifact().equals(right.artifact())
        && found.identity().toString().equals(right.identity().toString())
        && found.key().equals(right.key())
        && found.certificateLogs().equals(right.certificateLogs())
        && texts(right.times()).containsAll(texts(found.times()))
        && texts(right.logEntries()).containsAll(texts(found.logEntries()));
  }

  private static VerifiedBundle bundle(Checked<?> outcome) {
    Object value = outcome.orThrow();
    return value instanceof SignedStatement statement ? statement.bundle() : (VerifiedBundle) value;
  }

  private static List<String> texts(List<?> evidence) {
    return evidence.stream().map(Object::toString).toList();
  }

  private static void readers(int count) {
    World world = new World();
    Draft draft = Draft.v2(world);
    byte[] certificate = draft.certificate();
    byte[] stamp = new Stamp(world, draft.signature(), World.SIGNED).make();
    byte[] scts = LeafCertificate.parse(certificate).sctList();
    binary(count, certificate, LeafCertificate::parse);
    binary(count, stamp, TimestampToken::parse);
    binary(count, scts, SctCheck::parse);
  }

  /** What reads bytes that are not JSON. */
  private interface DerReader {
    Object read(byte[] bytes) throws DerException;
  }

  private static void binary(int count, byte[] right, DerReader reader) {
    DamagedTexts.checkBinary(
        count,
        List.of(right),
        64 * 1024,
        bytes -> {
          try {
            return reader.read(bytes);
          } catch (DerException e) {
            throw new VerificationException(SigstoreReason.MALFORMED, e.getMessage());
          }
        });
  }

  @Test
  void damagedBytes_areReadWithinBounds() {
    readers(1_000);
  }

  @Test
  @Tag("deep")
  void damagedBytes_areReadWithinBounds_deep() {
    readers(DamagedTexts.deep(300_000));
  }

  private void texts(int count) {
    String root = JsonTree.write(world.trustedRoot());
    String note =
        (String)
            JsonTree.at(
                    drafts.get(0).build(),
                    "verificationMaterial",
                    "tlogEntries",
                    0,
                    "inclusionProof",
                    "checkpoint")
                .get("envelope");
    DamagedTexts.check(count, List.of(note), Checkpoint::parse);
    DamagedTexts.checkBytes(
        count, texts, bytes -> Bundle.parse(bytes, SigstoreVerifier.DEFAULT_MAX_BUNDLE_BYTES));
    DamagedTexts.checkBytes(count, bodies(), SigstoreMutationTest::body);
    DamagedTexts.checkBytes(
        count, List.of(root), JUDGED, bytes -> TrustedRoot.parse(utf8(bytes), Instant.EPOCH));
  }

  private List<String> bodies() {
    return texts.stream()
        .map(text -> Bundle.parse(text.getBytes(UTF_8), SigstoreVerifier.DEFAULT_MAX_BUNDLE_BYTES))
        .map(bundle -> utf8(bundle.entries().get(0).body()))
        .toList();
  }

  private static Object body(byte[] body) {
    RekorBody.KindVersion type = RekorBody.kindOf(body);
    return RekorBody.read(
        new LogEntry(new byte[32], 1, 1, type.kind(), type.version(), null, null, body));
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  @Test
  void damagedTexts_areReadWithinBounds() {
    texts(1_000);
  }

  @Test
  @Tag("deep")
  void damagedTexts_areReadWithinBounds_deep() {
    texts(DamagedTexts.deep(10_000));
  }
}
