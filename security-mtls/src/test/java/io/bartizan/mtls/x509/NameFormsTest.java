package io.bartizan.mtls.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Host names, addresses and SPIFFE IDs: the last accepted and the first refused of each bound. */
class NameFormsTest {

  private static final String LABEL = "a".repeat(63);
  private static final String LONGEST = (LABEL + ".").repeat(3) + "b".repeat(61);

  @Test
  void host_everyCharacter_isALetterDigitHyphenOrDotOrNone() {
    for (char c = 0; c < 0x250; c++) {
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      assertThat(HostName.normalized("a" + c + "b") != null)
          .as("%d inside", (int) c)
          .isEqualTo(letter || c == '-' || c == '.');
      assertThat(HostName.normalized(c + "b") != null).as("%d first", (int) c).isEqualTo(letter);
      assertThat(HostName.normalized("b." + c) != null).as("%d alone", (int) c).isEqualTo(letter);
      assertThat(HostName.normalized("b" + c) != null)
          .as("%d last", (int) c)
          .isEqualTo(letter || c == '.');
    }
  }

  @Test
  void host_lengths_endAt63And253() {
    assertThat(LONGEST).hasSize(253);
    assertThat(HostName.normalized(LONGEST)).isEqualTo(LONGEST);
    assertThat(HostName.normalized(LONGEST + ".")).isEqualTo(LONGEST);
    assertThat(HostName.normalized(LONGEST + "b")).isNull();
    assertThat(HostName.normalized(LABEL + "." + LABEL)).isNotNull();
    assertThat(HostName.normalized(LABEL + "a")).isNull();
    assertThat(HostName.normalized("a." + LABEL + "a")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a..",
        "-a",
        "a-",
        "a-.b",
        "a.-b",
        "*",
        "*.a",
        "a_b",
        "xn--",
        "xn--a-",
        "b.xn--a-",
        "XN--",
        "a.XN--.b"
      })
  void host_withoutItsForm_isNone(String text) {
    assertThat(HostName.normalized(text)).isNull();
  }

  /** Of RFC 3492 section 7.1, and of IDNA2008, which the JDK does not know. */
  @ParameterizedTest
  @CsvSource({
    "bcher-kva, b\u00fccher",
    "fa-hia, fa\u00df",
    "nxasmm1c, \u03b2\u03cc\u03bb\u03bf\u03c2",
    "ihqwcrb4cv8a8dqg056pqjye, \u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587",
    "b1abfaaepdrnnbgefbadotcwatmq2g4l,"
        + " \u043f\u043e\u0447\u0435\u043c\u0443\u0436\u0435\u043e\u043d\u0438\u043d\u0435\u0433"
        + "\u043e\u0432\u043e\u0440\u044f\u0442\u043f\u043e\u0440\u0443\u0441\u0441\u043a\u0438",
    "3b-ww4c5e180e575a65lsy2b, 3\u5e74b\u7d44\u91d1\u516b\u5148\u751f"
  })
  void punycode_decoded_isWhatTheStandardSays(String encoded, String plain) {
    assertThat(Punycode.decoded(encoded)).containsExactly(plain.codePoints().toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "xn--bcher-kva.test, true",
    "XN--BCHER-KVA.test, true",
    "a.xn--bcher-kva, true",
    "axn--.b, false",
    "a.bxn--b, true",
    "xn--999999999.test, false",
    "XN--999999999.test, false",
    "a.xn--999999999, false",
    "xn----eha.test, false",
    "XN----EHA.test, false",
    "a.XN----EHA.test, false",
    "a.Xn--999999999, false",
    "a.XN--BCHER-KVA, true",
    "xn----dha.test, false",
    "a.xn--a--xka, false",
    "xn---a.test, false",
    "xn--bcher-kv.test, false",
    "xn--fa-hia.test, true",
    "XN--STRAE-OQA.test, true",
    "xn--nxasmm1c.test, true",
    "xn--nxasmq6b.test, true",
    "xn--ihqwcrb4cv8a8dqg056pqjye.test, true",
    "xn--egbpdaj6bu4bxfgehfvwxn.test, true",
    "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l.test, true"
  })
  void host_inPunycode_hasALabelThatCanBeDecoded(String text, boolean good) {
    assertThat(HostName.normalized(text) != null).isEqualTo(good);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "a.test, a.test, true",
        "A.TEST, a.test, true",
        "a.test., a.test, false",
        "b.test, a.test, false",
        "*.test, a.test, true",
        "*.TEST, a.test, true",
        "*.b.test, a.b.test, true",
        "*.test, a.b.test, false",
        "*.test, test, false",
        "*., a., false",
        "*.te_st, a.te_st, false",
        "*.test, .test, false",
        "*a.test, aa.test, false",
        "a.*, a.test, false",
        "te_st, te_st, false"
      })
  void host_isCoveredByItselfOrByAWildcardOfOneLabel(String presented, String host, boolean by) {
    assertThat(HostName.covers(presented, host)).isEqualTo(by);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "[10.0.0.9], 10.0.0.9",
        "10.0.0.256, -",
        "10.0.0.01, -",
        "10.0.0.00, -",
        "10.0.0.1000, -",
        "10.0.0, -",
        "10.0.0.0.1, -",
        "10.0.0., -",
        "10.0.0.a, -",
        "10.0.0.:, -",
        "10.0.0./, -",
        "::, 0:0:0:0:0:0:0:0",
        "::aF9, 0:0:0:0:0:0:0:af9",
        "[::1], 0:0:0:0:0:0:0:1",
        "::ffff:10.0.0.1, 10.0.0.1",
        "[::1, -",
        "::1], -",
        "::1%lo, -",
        "::g, -",
        "::G, -",
        "::@, -",
        "::`, -",
        "::/, -",
        "1:2:3:4:5:6:7:8:9, -",
        "abc, -",
        "0000:0000:0000:0000:0000:0000:255.255.255.255, 0:0:0:0:0:0:ffff:ffff",
        "0000:0000:0000:0000:0000:ffff:255.255.255.255, 255.255.255.255",
        "00000:0000:0000:0000:0000:ffff:255.255.255.255, -"
      })
  void address_isOneOfTwoForms(String text, String expected) {
    assertThat(IpAddress.normalized(text)).isEqualTo(expected);
  }

  @Test
  void spiffeId_everyCharacter_isPlainOrNone() {
    for (char c = 0; c < 0x250; c++) {
      boolean lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      boolean plain = lower || c == '.' || c == '-' || c == '_';
      boolean capital = c >= 'A' && c <= 'Z';
      assertThat(SpiffeId.parse("spiffe://a" + c) != null)
          .as("%d in a domain", (int) c)
          .isEqualTo(plain);
      assertThat(SpiffeId.parse("spiffe://a/b" + c) != null)
          .as("%d in a path", (int) c)
          .isEqualTo(plain || capital);
    }
  }

  @Test
  void spiffeId_parts_areDomainAndPath() {
    SpiffeId id = SpiffeId.parse("spiffe://a.test/b/C");
    assertThat(id.trustDomain()).isEqualTo("a.test");
    assertThat(id.path()).isEqualTo("/b/C");
    assertThat(id).hasToString("spiffe://a.test/b/C");
    assertThat(SpiffeId.parse("spiffe://a.test")).hasToString("spiffe://a.test");
    assertThat(SpiffeId.parse("spiffe://a.test").path()).isEmpty();
    for (String bad : List.of("", "/", "/b/", "//b", "/.", "/..", "/b/../c", "/b/./c", "/b//c")) {
      assertThat(SpiffeId.parse("spiffe://a.test" + bad) == null)
          .as("path %s", bad)
          .isEqualTo(!bad.isEmpty());
    }
    assertThat(SpiffeId.parse("spiffe://a.test/...")).isNotNull();
    assertThat(SpiffeId.parse("SPIFFE://a.test")).isNull();
    assertThat(SpiffeId.parse("spiffe:///b")).isNull();
    assertThat(SpiffeId.isTrustDomain("")).isFalse();
  }

  @Test
  void spiffeId_lengths_endAt255And2048() {
    String domain = "d".repeat(255);
    assertThat(SpiffeId.parse("spiffe://" + domain)).isNotNull();
    assertThat(SpiffeId.parse("spiffe://" + domain + "d")).isNull();
    String longest = "spiffe://d/" + "p".repeat(2037);
    assertThat(longest).hasSize(2048);
    assertThat(SpiffeId.parse(longest)).isNotNull();
    assertThat(SpiffeId.parse(longest + "p")).isNull();
  }

  @Test
  void spiffeId_isUnderAPrefixByWholeSegments() {
    SpiffeId prefix = SpiffeId.parse("spiffe://a/b");
    for (String under : List.of("spiffe://a/b", "spiffe://a/b/c", "spiffe://a/b/c/d")) {
      assertThat(SpiffeId.parse(under).isUnder(prefix)).as(under).isTrue();
    }
    for (String beside : List.of("spiffe://a/bc", "spiffe://a", "spiffe://x/b", "spiffe://a/c/b")) {
      assertThat(SpiffeId.parse(beside).isUnder(prefix)).as(beside).isFalse();
    }
  }
}
