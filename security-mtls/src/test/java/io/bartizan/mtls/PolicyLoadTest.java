package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.DevCa;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-14: what one load makes of a policy that a file or a supplier gives, wherever it stands. */
class PolicyLoadTest {

  private static final DevCa CA = DevCa.of("Root");

  @TempDir Path folder;

  private static PeerIdentity peer() throws PeerRejectedException {
    return PeerIdentity.of(CA.leaf("peer").dns("a.example").forClient().issue().certificate());
  }

  private static boolean accepts(Rule rule) throws PeerRejectedException {
    return rule.match(new Met(peer(), TlsSide.SERVER, null)) != null;
  }

  private static Rule loaded(PeerPolicy policy, TlsSide side) throws Exception {
    try (MaterialReader reader = new MaterialReader()) {
      return ((Rule) policy).loaded(reader, side);
    }
  }

  @Test
  void MT14_sourceAcceptsNobodyBeforeItIsLoaded_andThenWhomItNames() throws Exception {
    Path file = Files.writeString(folder.resolve("callers"), " dns(a.example)\n");
    for (PeerPolicy source :
        new PeerPolicy[] {PeerPolicy.file(file), PeerPolicy.text(() -> "dns(a.example)")}) {
      assertThat(accepts((Rule) source)).isFalse();
      Rule rule = loaded(source, TlsSide.SERVER);
      assertThat(accepts(rule)).isTrue();
      assertThat(rule).hasToString("dns(a.example)");
    }
    assertThat(PeerPolicy.file(file)).hasToString("file(" + file + ")");
    assertThat(PeerPolicy.text(() -> "")).hasToString("text(...)");
  }

  @ParameterizedTest
  @CsvSource({"dns(a.example), true", "dns(b.example), false"})
  void MT14_sourceInsideOthers_isLoadedWhereItStands(String text, boolean accepted)
      throws Exception {
    PeerPolicy source = PeerPolicy.text(() -> text);
    PeerPolicy other = PeerPolicy.dns("c.example");
    PeerPolicy own = PeerPolicy.dns("a.example");
    assertThat(accepts(loaded(PeerPolicy.anyOf(other, source), TlsSide.SERVER)))
        .isEqualTo(accepted);
    assertThat(accepts(loaded(PeerPolicy.allOf(own, source), TlsSide.SERVER))).isEqualTo(accepted);
    assertThat(accepts(loaded(PeerPolicy.allOf(other, source), TlsSide.SERVER))).isFalse();
    assertThat(accepts(loaded(source.narrowedBy("yes", id -> true), TlsSide.SERVER)))
        .isEqualTo(accepted);
    Rule narrowed = loaded(source.narrowedBy("no", id -> false), TlsSide.SERVER);
    assertThat(accepts(narrowed)).isFalse();
    assertThat(narrowed).hasToString(text + ".narrowedBy(no)");
  }

  @Test
  void MT14_policyWithoutASource_staysTheSameObject() throws Exception {
    for (PeerPolicy policy :
        new PeerPolicy[] {
          PeerPolicy.anyTrustedPeer(),
          PeerPolicy.dns("a.example"),
          PeerPolicy.dns("a.example").narrowedBy("yes", id -> true)
        }) {
      assertThat(loaded(policy, TlsSide.SERVER)).isSameAs(policy);
    }
    assertThat(loaded(PeerPolicy.requestedHost(), TlsSide.CLIENT)).isSameAs(Rule.HOST);
  }

  /** The mark that some editors put before a text. */
  @Test
  void MT14_byteOrderMark_isPassedOverAtTheBeginningAlone() throws Exception {
    assertThat(loaded(PeerPolicy.text(() -> "\ufeffdns(a.example)"), TlsSide.SERVER))
        .hasToString("dns(a.example)");
    assertRefused("\ufeff\ufeffdns(a.example)", TlsSide.SERVER, "is none: policy at character 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"requestedHost()", "anyOf(dns(a.example), requestedHost())"})
  void MT14_hostThatNobodyAskedFor_isRefusedOnServersAlone(String text) throws Exception {
    assertRefused(text, TlsSide.SERVER, "asks for the requested host");
    assertThat(loaded(PeerPolicy.text(() -> text), TlsSide.CLIENT)).hasToString(text);
  }

  @Test
  void MT14_textThatIsNoPolicy_isRefused() {
    assertRefused("", TlsSide.SERVER, "is none: policy at character 0");
    assertRefused("everybody", TlsSide.CLIENT, "is none: policy at character 9");
  }

  private static void assertRefused(String text, TlsSide side, String message) {
    assertThatThrownBy(() -> loaded(PeerPolicy.text(() -> text), side))
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("text(...)")
        .hasMessageContaining(message)
        .satisfies(
            e ->
                assertThat(((TlsMaterialException) e).reason())
                    .isEqualTo(MaterialReason.POLICY_MALFORMED));
  }
}
