package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.bartizan.mtls.x509.NameKind;
import io.bartizan.testkit.DevCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ML-09: which part of a policy accepted a peer, and what it asks of host and side. */
class RuleTest {

  private static final DevCa CA = DevCa.of("Root");
  private static final PeerIdentity PEER = peer();

  @TempDir Path folder;

  private static PeerIdentity peer() {
    try {
      return PeerIdentity.of(
          CA.leaf("peer")
              .dns("a.example")
              .dns("*.wild.example")
              .ip("10.0.0.1")
              .ip("fe80::1")
              .forServer()
              .issue()
              .certificate());
    } catch (PeerRejectedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String matched(PeerPolicy policy, TlsSide side, @Nullable String host) {
    return String.valueOf(((Rule) policy).match(new Met(PEER, side, host)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          anyTrustedPeer()                                 | anyTrustedPeer()
          dns(a.example)                                   | dns(a.example)
          dns(b.example)                                   | null
          anyOf(dns(b.example), dns(a.example), ip(10.0.0.1)) | dns(a.example)
          anyOf(ip(10.0.0.1), dns(a.example))              | ip(10.0.0.1)
          anyOf(dns(b.example), dns(c.example))            | null
          allOf(dns(a.example), ip(10.0.0.1))              | allOf(dns(a.example), ip(10.0.0.1))
          allOf(dns(b.example), ip(10.0.0.1))              | null
          allOf(dns(a.example), ip(10.0.0.2))              | null
          anyOf(dns(b.example), allOf(dns(a.example), ip(10.0.0.1))) | allOf(dns(a.example), ip(10.0.0.1))
          requestedHost()                                  | null
          """)
  void ML09_partThatAcceptedAPeer_isTheAnswer(String text, String expected) {
    PeerPolicy policy = PeerPolicy.parse(text);
    for (TlsSide side : TlsSide.values()) {
      assertThat(matched(policy, side, null)).isEqualTo(expected);
      PeerPolicy narrowed = policy.narrowedBy("yes", peer -> peer == PEER);
      assertThat(matched(narrowed, side, null))
          .isEqualTo(expected.equals("null") ? "null" : narrowed.toString());
      assertThat(matched(policy.narrowedBy("no", peer -> peer != PEER), side, null))
          .isEqualTo("null");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, true, true",
    "A.EXAMPLE, true, true",
    "x.wild.example, true, false",
    "b.example, false, false",
    "10.0.0.1, true, true",
    "10.0.0.2, false, false",
    "a_b.example, false, false",
    "'', false, false"
  })
  void ML09_requestedHost_isANameOrAnAddressOfThePeer(String host, boolean client, boolean server) {
    assertThat(matched(PeerPolicy.requestedHost(), TlsSide.CLIENT, host))
        .isEqualTo(client ? "requestedHost()" : "null");
    assertThat(matched(PeerPolicy.requestedHost(), TlsSide.SERVER, host))
        .as("wildcards are a server's")
        .isEqualTo(server ? "requestedHost()" : "null");
  }

  /** A policy that is read with each load asks for nothing before: what it says is not known. */
  @Test
  void ML09_needForTheHost_isKnownOfWhatIsThere() {
    Rule source = (Rule) PeerPolicy.text(() -> "requestedHost()");
    assertThat(source.needsRequestedHost()).isFalse();
    assertThat(((Rule) PeerPolicy.anyOf(source, Rule.HOST)).needsRequestedHost()).isTrue();
    assertThat(((Rule) PeerPolicy.anyOf(source, Rule.ANY)).needsRequestedHost()).isFalse();
    assertThat(TlsSide.SERVER.fitting(source, "policy")).isSameAs(source);
  }

  private static String read(PeerPolicy policy, AtomicReference<String> fingerprint) {
    try (MaterialReader reader = new MaterialReader()) {
      String rule = ((Rule) policy).loaded(reader, TlsSide.CLIENT).toString();
      fingerprint.set(reader.fingerprint());
      return rule;
    }
  }

  /** Or a reload would take a changed policy for no change. */
  @Test
  void ML09_textOfASource_isPartOfWhatWasRead() throws Exception {
    AtomicReference<String> text = new AtomicReference<>();
    Path file = folder.resolve("callers");
    Supplier<String> supplied = text::get;
    for (PeerPolicy policy : List.of(PeerPolicy.file(file), PeerPolicy.text(supplied))) {
      AtomicReference<String> first = new AtomicReference<>();
      AtomicReference<String> again = new AtomicReference<>();
      AtomicReference<String> changed = new AtomicReference<>();
      text.set("dns(a.example)");
      Files.writeString(file, "dns(a.example)");
      assertThat(read(policy, first)).isEqualTo("dns(a.example)");
      assertThat(read(policy, again)).isEqualTo("dns(a.example)");
      text.set("dns(b.example)");
      Files.writeString(file, "dns(b.example)");
      assertThat(read(policy, changed)).isEqualTo("dns(b.example)");
      assertThat(again.get()).isEqualTo(first.get());
      assertThat(changed.get()).isNotEqualTo(first.get());
    }
  }

  @Test
  void ML09_partsOfAPolicy_areLoadedAndKeepTheirPlace() {
    PeerPolicy source = PeerPolicy.text(() -> "dns(a.example)");
    AtomicReference<String> unused = new AtomicReference<>();
    assertThat(read(PeerPolicy.anyOf(PeerPolicy.ip("10.0.0.1"), source), unused))
        .isEqualTo("anyOf(ip(10.0.0.1), dns(a.example))");
    assertThat(read(PeerPolicy.allOf(source, PeerPolicy.ip("10.0.0.1")), unused))
        .isEqualTo("allOf(dns(a.example), ip(10.0.0.1))");
    assertThat(source).hasToString("text(...)");
    assertThat(matched(source, TlsSide.CLIENT, "a.example")).isEqualTo("null");
  }

  @Test
  void ML09_nothing_isRefusedByItsName() {
    PeerPolicy any = PeerPolicy.anyTrustedPeer();
    assertThatNullPointerException()
        .isThrownBy(() -> Rule.name(NameKind.DNS, null))
        .withMessage(NameKind.DNS.word());
    assertThatNullPointerException()
        .isThrownBy(() -> any.narrowedBy("name", null))
        .withMessage("predicate");
    assertThatNullPointerException()
        .isThrownBy(() -> TlsSide.CLIENT.fitting(null, "policy"))
        .withMessage("policy");
    assertThatNullPointerException().isThrownBy(() -> PeerPolicy.file(null)).withMessage("file");
    assertThat(Rule.name(NameKind.DNS, "A.example.").value()).isEqualTo("a.example");
  }

  /** The zone is this machine's own word for an interface: no certificate has it. */
  @ParameterizedTest
  @CsvSource({
    "fe80::1, true", "fe80::1%eth0, true", "[fe80::1%25eth0], true", "FE80:0:0:0:0:0:0:1%3, true",
    "[fe80::1], true", "fe80::2%eth0, false", "10.0.0.1, true", "10.0.0.1%eth0, false",
    "a.example%eth0, false", "%fe80::1, false", "fe80%::1, false"
  })
  void host_thatIsAnAddressWithAZone_isComparedWithoutIt(String host, boolean accepted) {
    String seen = matched(PeerPolicy.requestedHost(), TlsSide.CLIENT, host);
    assertThat(seen).isEqualTo(accepted ? "requestedHost()" : "null");
  }
}
