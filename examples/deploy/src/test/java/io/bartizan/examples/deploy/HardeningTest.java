package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each row of the hardening table of docs/operations/hardening.md holds for every object that it is
 * about, and would be seen to fail if the row were undone in any one of them.
 */
class HardeningTest {

  private static final Deployed PLAIN = Deployed.plain();
  private static final Deployed WITH_SPIFFE = Deployed.withSpiffe();

  static List<Practice> practices() {
    return Stream.of(
            PodPractices.all(),
            WorkloadPractices.all(),
            NetworkPractices.all(),
            CertificatePractices.all(),
            RedisPractices.all(),
            AdmissionPractices.all(),
            ComposePractices.all())
        .flatMap(List::stream)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("practices")
  void practice_ofTheTable_holds(Practice practice) {
    assertThat(practice.faults(PLAIN)).as(practice.name()).isEmpty();
    assertThat(practice.faults(WITH_SPIFFE)).as(practice.name()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("practices")
  void practice_undoneInAnyPart_fails(Practice practice) {
    assertThat(practice.loosened()).as(practice.name()).isNotEmpty();
    assertThat(practice.parts().apply(PLAIN)).as(practice.name()).isNotEmpty();
    assertThat(unseen(practice, PLAIN)).as(practice.name()).isEmpty();
    assertThat(unseen(practice, WITH_SPIFFE)).as(practice.name()).isEmpty();
  }

  /** Which loosened parts nobody would see. */
  private static List<String> unseen(Practice practice, Deployed whole) {
    List<String> unseen = new ArrayList<>();
    int parts = practice.parts().apply(whole).size();
    for (int way = 0; way < practice.loosened().size(); way++) {
      for (int at = 0; at < parts; at++) {
        Deployed deployed = whole.copy();
        Part part = practice.parts().apply(deployed).get(at);
        JsonNode before = part.node().deepCopy();
        practice.loosened().get(way).accept(part);
        if (!practice.faults(deployed).contains(part.name())) {
          unseen.add(part.name() + ", way " + way + (before.equals(part.node()) ? " (same)" : ""));
        }
      }
    }
    return unseen;
  }

  @Test
  void objects_withTheComponent_areWhatTheApiTakes() {
    assertThat(WITH_SPIFFE.objects())
        .doesNotContainKey("gateway/Certificate/gateway")
        .allSatisfy((name, object) -> assertThat(Schema.fault(object)).as(name).isNull());
  }
}
