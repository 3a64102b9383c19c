package io.bartizan.integrity.attest.sigstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.testkit.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a bundle must give, in the words of the matrix. */
final class Outcomes {

  private Outcomes() {}

  static void accepted(Checked<?> outcome) {
    assertThat(outcome.isAccepted()).as("%s", outcome).isTrue();
  }

  static void refused(Checked<?> outcome, SigstoreReason reason) {
    Object found = outcome.fold(value -> null, refusal -> refusal.reason());
    assertThat(found).as("%s", outcome).isEqualTo(reason);
  }

  /** Each forgery is refused for its own reason; all that are not are named. */
  static <F> void refused(Map<F, SigstoreReason> reasons, Function<F, Checked<?>> check) {
    List<String> wrong = new ArrayList<>();
    reasons.forEach(
        (each, reason) -> {
          Object found = check.apply(each).fold(ok -> "accepted", r -> r.reason());
          if (found != reason) {
            wrong.add(each + ": " + found + ", not " + reason);
          }
        });
    assertThat(wrong).isEmpty();
  }

  /** Notes the reason of some forgeries, of which each has one. */
  @SafeVarargs
  static <F> void each(Map<F, SigstoreReason> reasons, SigstoreReason reason, F... forgeries) {
    for (F each : forgeries) {
      if (reasons.put(each, reason) != null) {
        throw new IllegalStateException(each + " has two reasons");
      }
    }
  }

  /** A good bundle with its JSON changed. */
  static Checked<?> changed(Draft draft, Consumer<Map<String, Object>> change) {
    Map<String, Object> bundle = draft.build();
    change.accept(bundle);
    return draft.check(draft.verifier(), JsonTree.write(bundle).getBytes(StandardCharsets.UTF_8));
  }

  /** A good bundle judged by a changed trusted root. */
  static Checked<?> byRoot(Draft draft, Consumer<Map<String, Object>> change) {
    Map<String, Object> root = draft.instance.trustedRoot();
    change.accept(root);
    return Checked.of(
        () -> draft.check(SigstoreVerifier.of(World.read(root), Draft.policy())).orThrow());
  }
}
