package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** N14: every level with every override, over a signature in which one check alone fails. */
class NotationLevelsTest {

  /** A check and a signature that fails it and no other. */
  private enum Failing {
    EXPIRY("expiry", NotationReason.EXPIRED),
    TIME("authenticTimestamp", NotationReason.CERTIFICATE_NOT_VALID_AT_TIME),
    REVOCATION("revocation", NotationReason.REVOKED);

    private final String label;
    private final NotationReason reason;

    Failing(String label, NotationReason reason) {
      this.label = label;
      this.reason = reason;
    }

    Checked<NotationSignature> check(String level) {
      String to = this == TIME ? "2026-05-15" : "2027-02-01";
      X509Certificate leaf =
          NotationDraft.leaf(
              LEAF, LEAF_KEY, "2026-02-01", to, true, KeyUsage.digitalSignature, false, "");
      NotationDraft draft = new NotationDraft();
      draft.chain.set(0, leaf);
      if (this == EXPIRY) {
        draft.expiry("2026-05-15T00:00:00Z");
      }
      X509Certificate[] revoked =
          this == REVOCATION ? new X509Certificate[] {leaf} : new X509Certificate[0];
      return draft.check(
          NotationDraft.verifier(NotationDraft.policy(level, "\"ca:acme\"", "\"*\""))
              .withRevocationLists(
                  RevocationLists.of(
                      List.of(
                          NotationDraft.list(
                              ROOT_KEY, "2026-05-20", "2026-06-20", false, revoked))))
              .build());
    }
  }

  private static String outcome(Failing failing, String level) {
    return failing
        .check(level)
        .fold(
            signed -> {
              assertThat(signed.notEnforced().size()).isLessThanOrEqualTo(1);
              signed
                  .notEnforced()
                  .forEach(logged -> assertThat(logged.reason()).isEqualTo(failing.reason));
              return signed.notEnforced().isEmpty() ? "skip" : "log";
            },
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(failing.reason);
              return "enforce";
            });
  }

  private static Stream<String[]> levels() {
    return Stream.of(new String[] {"strict", "enforce"}, new String[] {"permissive", "log"});
  }

  @ParameterizedTest
  @MethodSource("levels")
  void N14_levelAndOverride_decideTheirCheckAndNoOther(String level, String usual) {
    for (Failing failing : Failing.values()) {
      assertThat(outcome(failing, "\"" + level + "\"")).as("%s", failing).isEqualTo(usual);
      for (String word : List.of("enforce", "log", "skip")) {
        for (Failing named : Failing.values()) {
          String override =
              "\"%s\",\"override\":{\"%s\":\"%s\"}".formatted(level, named.label, word);
          assertThat(outcome(failing, override))
              .as("%s fails, %s", failing, override)
              .isEqualTo(named == failing ? word : usual);
        }
      }
    }
  }

  @Test
  void N14_levelThatIsNotEnforced_isNone_whateverItOverrides() {
    for (String level :
        List.of(
            "\"audit\",\"override\":{\"expiry\":\"enforce\",\"revocation\":\"enforce\"}",
            "\"strict\",\"override\":{\"authenticity\":\"log\"}",
            "\"strict\",\"override\":{\"authenticity\":\"skip\"}",
            "\"permissive\",\"override\":{\"authenticity\":\"skip\"}")) {
      Object found =
          new NotationDraft()
              .check(
                  NotationDraft.verifier(NotationDraft.policy(level, "\"ca:acme\"", "\"*\""))
                      .build())
              .fold(value -> "accepted", refusal -> refusal.reason());
      assertThat(found).as(level).isEqualTo(NotationReason.POLICY_NOT_ENFORCED);
    }
    String audit = "\"audit\",\"override\":{\"authenticity\":\"enforce\"}";
    for (Failing failing : Failing.values()) {
      assertThat(outcome(failing, audit)).isEqualTo("log");
    }
    List<String> overridden = new ArrayList<>();
    for (String each : List.of("authenticity", "expiry")) {
      overridden.add("\"skip\",\"override\":{\"" + each + "\":\"enforce\"}");
    }
    for (String each : overridden) {
      assertThatIllegalArgumentException()
          .as(each)
          .isThrownBy(
              () -> {
                Object unused = NotationDraft.policy(each, "", "");
              })
          .withMessageContaining("override");
    }
  }

  @Test
  void N12_timestampsAreWanted_unlessThePolicySaysAfterCertExpiry() {
    for (String word : List.of("", "always")) {
      String level = "\"strict\",\"verifyTimestamp\":\"" + word + "\"";
      Object found =
          new NotationDraft()
              .check(
                  NotationDraft.verifier(
                          NotationDraft.policy(level, "\"ca:acme\",\"tsa:acme\"", "\"*\""))
                      .build())
              .fold(value -> "accepted", refusal -> refusal.reason());
      assertThat(found).as(level).isEqualTo(NotationReason.TIMESTAMP_MISSING);
    }
  }
}
