package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.mtls.x509.NameKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edges of a policy's text: its length, its depth, quotes, and where an error is told. */
class PolicyTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          dns(a.example              | 13 | ')'
          dns(a.example) x           | 15 | the end (several rules are anyOf(…) or allOf(…))
          dns(a.example))            | 14 | the end (several rules are anyOf(…) or allOf(…))
          dns a.example              | 4  | '(', as in dns(billing.internal)
          cn(a)                      | 0  | a rule such as dns(...) or anyOf(...)
          anyOf(dns(a), cn(a))       | 14 | a rule such as dns(...) or anyOf(...)
          allOf(dns(a) dns(b))       | 13 | ')'
          requestedHost(x)           | 14 | ')'
          anyTrustedPeer(            | 15 | ')'
          uri("urn:x:1               | 12 | '"'
          uri("urn:x:1 )             | 14 | '"'
          uri("urn:x:1"x)            | 13 | ')'
          uri("urn:x:\\              | 12 | '"'
          """)
  void error_isToldWhereItIs(String text, int position, String expected) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerPolicy.parse(text))
        .withMessage(
            "policy at character " + position + ": expected " + expected + ", in \"" + text + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          uri("urn:x:1")           | uri(urn:x:1)
          uri( "urn:x:1" )         | uri(urn:x:1)
          uri("urn:x:(a,b)")       | uri("urn:x:(a,b)")
          uri("urn:x:\\a")         | uri(urn:x:a)
          dns ( "b.example" )      | dns(b.example)
          anyOf(dns(a),dns(b))     | anyOf(dns(a), dns(b))
          anyOf(dns(a) , dns(b) )  | anyOf(dns(a), dns(b))
          requestedHost ( )        | requestedHost()
          """)
  void blanksAndQuotes_changeNothing(String text, String printed) {
    assertThat(PeerPolicy.parse(text)).hasToString(printed);
    assertThat(PeerPolicy.parse("\t" + text + " \n")).hasToString(printed);
  }

  @Test
  void quoteAndBackslash_areWrittenAsTheyAreRead() {
    String uri = "email(\"a\\\\\\\"b@x.example\")";
    PeerPolicy policy = PeerPolicy.email("a\\\"b@x.example");
    assertThat(policy).hasToString(uri);
    assertThat(PeerPolicy.parse(uri)).hasToString(uri);
  }

  @Test
  void text_ofTheMostCharacters_isReadAndOneMoreIsNot() {
    String rule = "dns(a.example)";
    String most = rule + " ".repeat(64 * 1024 - rule.length());
    assertThat(PeerPolicy.parse(most)).hasToString(rule);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerPolicy.parse(most + " "))
        .withMessage("policy has 65537 characters, at most 65536 are read");
  }

  @Test
  void rules_are32Deep_andNoMore() {
    for (String word : new String[] {"anyOf(", "allOf("}) {
      String most = word.repeat(32) + "dns(a)" + ")".repeat(32);
      assertThat(PeerPolicy.parse(most)).hasToString(most);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PeerPolicy.parse(word + most + ")"))
          .withMessageMatching(
              "policy at character 198: expected at most 32 nested rules, in \"[^\"]{200}…\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a_b", "\u00e9", "a\n"})
  void nameOfANarrowing_ofOtherCharacters_isRefused(String name) {
    PeerPolicy policy = PeerPolicy.anyTrustedPeer();
    assertThatIllegalArgumentException().isThrownBy(() -> policy.narrowedBy(name, peer -> true));
  }

  @Test
  void nameOfANarrowing_isOneTo64Characters() {
    PeerPolicy policy = PeerPolicy.anyTrustedPeer();
    assertThatCode(() -> policy.narrowedBy("a", peer -> true)).doesNotThrowAnyException();
    assertThat(policy.narrowedBy("Z-9".repeat(21) + "a", peer -> true))
        .hasToString("anyTrustedPeer().narrowedBy(" + "Z-9".repeat(21) + "a)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> policy.narrowedBy("a".repeat(65), peer -> true))
        .withMessageContaining("1 to 64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DNS          | a host name of letters, digits, hyphens and dots without wildcard
          URI          | an absolute URI in ASCII, and for spiffe:// the rule spiffeId,
          SPIFFE_ID    | a SPIFFE ID such as spiffe://prod.example/api
          SPIFFE_PATH  | a SPIFFE ID such as spiffe://prod.example/ns/pay
          TRUST_DOMAIN | a SPIFFE trust domain such as prod.example
          IP           | an IPv4 or IPv6 literal
          EMAIL        | an address such as ops@example.org
          SPKI_PIN     | sha256/ and 44 characters of base64
          """)
  void valueOfNoKind_isRefusedWithWhatIsAccepted(NameKind kind, String accepted) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rule.name(kind, "a b"))
        .withMessage(kind.word() + " is \"a b\", " + accepted + " is accepted");
  }

  /** Wherever the host stands in a policy, a server can't ask for it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          requestedHost()                               | true
          anyOf(dns(a.example), requestedHost())        | true
          allOf(requestedHost(), dns(a.example))        | true
          anyOf(dns(a), allOf(dns(b), requestedHost())) | true
          dns(a.example)                                | false
          anyTrustedPeer()                              | false
          anyOf(dns(a.example), ip(10.0.0.1))           | false
          """)
  void policyThatNeedsTheHost_isKnownWhereverItStands(String text, boolean needsHost) {
    PeerPolicy policy = PeerPolicy.parse(text);
    for (PeerPolicy asked : new PeerPolicy[] {policy, policy.narrowedBy("all", peer -> true)}) {
      assertThat(((Rule) asked).needsRequestedHost()).isEqualTo(needsHost);
      assertThat(TlsSide.CLIENT.fitting(asked, "policy")).isSameAs(asked);
      if (needsHost) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> TlsSide.SERVER.fitting(asked, "policy"))
            .withMessageContaining("policy is");
      } else {
        assertThat(TlsSide.SERVER.fitting(asked, "policy")).isSameAs(asked);
      }
    }
  }
}
