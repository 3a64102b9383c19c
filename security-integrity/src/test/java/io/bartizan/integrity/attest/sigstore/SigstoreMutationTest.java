package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.x509.TimestampToken;
import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.Stamp;
import io.bartizan.testkit.sigstore.draft.Tree;
import io.bartizan.tests.DamagedTexts;
import io.bartizan.tests.SeededCases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged bundles of every kind: each gives a typed refusal, or the answer of the undamaged one
 * with no other evidence, if perhaps with less. Damaged are the JSON and, inside its base64,
 * certificates, timestamps, bodies, signatures.
 */
class SigstoreMutationTest {

  private final World world = new World();
  private final List<Draft> drafts =
      List.of(Draft.v1(world), Draft.v2(world), Draft.v1(world).statement(), v2Dsse(), both());
  private final List<Map<String, Object>> bundles = drafts.stream().map(Draft::build).toList();
  private final SigstoreVerifier verifier = drafts.get(0).verifier();
  private final List<VerifiedBundle> answers =
      bundles.stream().map(each -> bundle(verify(text(each)))).toList();

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

  private static byte[] text(Map<String, Object> bundle) {
    return JsonTree.write(bundle).getBytes(UTF_8);
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
    damaged(10_000); // some milliseconds each
  }

  private void damaged(int count) {
    SeededCases.check(
        count,
        random -> {
          int which = random.nextInt(bundles.size());
          byte[] json;
          if (random.nextInt(4) == 0) {
            StringBuilder whole = new StringBuilder(JsonTree.write(bundles.get(which)));
            DamagedTexts.damage(whole, random);
            json = whole.toString().getBytes(UTF_8);
          } else {
            json = JsonTree.write(one(bundles.get(which), random)).getBytes(UTF_8);
          }
          judge(which, json);
        });
  }

  private void judge(int which, byte[] json) {
    Checked<?> outcome = verify(json);
    if (outcome.isAccepted()) {
      VerifiedBundle found = bundle(outcome);
      VerifiedBundle right = answers.get(which);
      assertThat(found.artifact()).isEqualTo(right.artifact());
      assertThat(found.identity()).hasToString(right.identity().toString());
      assertThat(found.key()).isEqualTo(right.key());
      assertThat(found.certificateLogs()).isEqualTo(right.certificateLogs());
      assertThat(texts(right.times())).containsAll(texts(found.times()));
      assertThat(texts(right.logEntries())).containsAll(texts(found.logEntries()));
    } else {
      Object reason = outcome.fold(value -> null, refusal -> refusal.reason());
      assertThat(reason).isInstanceOf(SigstoreReason.class);
    }
  }

  private static VerifiedBundle bundle(Checked<?> outcome) {
    Object value = outcome.orThrow();
    return value instanceof SignedStatement statement ? statement.bundle() : (VerifiedBundle) value;
  }

  private static List<String> texts(List<?> evidence) {
    return evidence.stream().map(Object::toString).toList();
  }

  /** A copy with one text in it damaged. */
  private static Object one(Object tree, SplittableRandom random) {
    int texts = count(tree);
    int[] left = {random.nextInt(texts)};
    return copy(tree, left, random);
  }

  private static int count(Object tree) {
    if (tree instanceof Map<?, ?> map) {
      return map.values().stream().mapToInt(SigstoreMutationTest::count).sum();
    }
    if (tree instanceof List<?> list) {
      return list.stream().mapToInt(SigstoreMutationTest::count).sum();
    }
    return tree instanceof String ? 1 : 0;
  }

  private static Object copy(Object tree, int[] left, SplittableRandom random) {
    if (tree instanceof Map<?, ?> map) {
      Map<String, Object> copy = JsonTree.object();
      map.forEach((name, value) -> copy.put((String) name, copy(value, left, random)));
      return copy;
    }
    if (tree instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(value -> copy.add(copy(value, left, random)));
      return copy;
    }
    return tree instanceof String text && left[0]-- == 0 ? damage(text, random) : tree;
  }

  private static String damage(String text, SplittableRandom random) {
    byte[] bytes = StrictBase64.decodeStandard(text);
    if (bytes == null || bytes.length < 8 || random.nextInt(8) == 0) {
      StringBuilder damaged = new StringBuilder(text);
      DamagedTexts.damage(damaged, random);
      return damaged.toString();
    }
    return World.base64(damage(bytes, random));
  }

  private static byte[] damage(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    byte[] changed = bytes.clone();
    switch (random.nextInt(5)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[at] = (byte) random.nextInt(256);
      case 2 -> changed = Arrays.copyOf(bytes, at);
      case 3 ->
          changed =
              Tree.join(
                  Arrays.copyOf(bytes, at),
                  new byte[] {(byte) random.nextInt(256)},
                  Arrays.copyOfRange(bytes, at, bytes.length));
      default ->
          changed =
              Tree.join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + 1, bytes.length));
    }
    return changed;
  }

  /** What reads bytes that are not JSON. */
  private interface BytesReader {
    Object read(byte[] bytes) throws DerException;
  }

  private static void readers(int count) {
    World world = new World();
    Draft draft = Draft.v2(world);
    byte[] certificate = draft.certificate();
    byte[] stamp = new Stamp(world, draft.signature(), World.SIGNED).make();
    byte[] scts = LeafCertificate.parse(certificate).sctList();
    SeededCases.check(
        count,
        random -> {
          bounded(damage(certificate, random), LeafCertificate::parse);
          bounded(damage(stamp, random), TimestampToken::parse);
          bounded(damage(scts, random), SctCheck::parse);
        });
  }

  private static void bounded(byte[] bytes, BytesReader reader) {
    DamagedTexts.bounded(
        bytes.length,
        () -> {
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
    readers(1_000_000);
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
    List<String> whole = bundles.stream().map(JsonTree::write).toList();
    DamagedTexts.checkBytes(
        count, whole, bytes -> Bundle.parse(bytes, SigstoreVerifier.DEFAULT_MAX_BUNDLE_BYTES));
    SeededCases.check(
        count / 50,
        random -> {
          StringBuilder text = new StringBuilder(root);
          DamagedTexts.damage(text, random);
          Checked<TrustedRoot> outcome =
              Checked.of(() -> TrustedRoot.parse(text.toString(), Instant.EPOCH));
          assertThat(outcome.<Object>fold(v -> SigstoreReason.MALFORMED, r -> r.reason()))
              .isInstanceOf(SigstoreReason.class);
        });
  }

  @Test
  void damagedTexts_areReadWithinBounds() {
    texts(5_000);
  }

  @Test
  @Tag("deep")
  void damagedTexts_areReadWithinBounds_deep() {
    texts(100_000); // of half a millisecond each
  }
}
