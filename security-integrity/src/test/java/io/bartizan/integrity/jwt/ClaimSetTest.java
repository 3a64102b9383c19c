package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.tests.AllocatedBytes;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each registered claim alone, so that no other one refuses in its place. */
class ClaimSetTest {

  private static final byte[] HEADER = Forge.base64("{\"alg\":\"HS256\"}").getBytes(UTF_8);

  private Object last = "";

  @Test
  void claims_absent_areNone() {
    ClaimSet none = parse("{\"other\":1}");
    assertThat(none.issuer()).isNull();
    assertThat(none.subject()).isNull();
    assertThat(none.id()).isNull();
    assertThat(none.audience()).isEmpty();
    assertThat(none.scopes()).isEmpty();
    assertThat(none.expiresAt).isEqualTo(ClaimSet.NONE);
    assertThat(none.notBefore).isEqualTo(ClaimSet.NONE);
    assertThat(none.issuedAt).isEqualTo(ClaimSet.NONE);
    assertThat(none.json.nameAt(0)).isEqualTo("other");
  }

  @Test
  void times_areSecondsFrom0ToTheYear9999_roundedToTheStricterSide() {
    assertThat(parse("{\"exp\":7,\"nbf\":5,\"iat\":3}"))
        .extracting(c -> c.expiresAt, c -> c.notBefore, c -> c.issuedAt)
        .containsExactly(7_000L, 5_000L, 3_000L);
    time("exp", c -> c.expiresAt, 1_000, 1_001);
    time("nbf", c -> c.notBefore, 1_001, 1_002);
    time("iat", c -> c.issuedAt, 1_001, 1_002);
  }

  private static void time(String name, ToLongFunction<ClaimSet> time, long rounded, long more) {
    Function<String, Long> read =
        text -> time.applyAsLong(parse("{\"" + name + "\":" + text + "}"));
    assertThat(read.apply("0")).isEqualTo(0);
    assertThat(read.apply("1")).isEqualTo(1_000);
    assertThat(read.apply("253402300799")).isEqualTo(253_402_300_799_000L);
    assertThat(read.apply("0.0")).isEqualTo(0);
    assertThat(read.apply("0.5")).isEqualTo(500);
    assertThat(read.apply("1.001")).isEqualTo(1_001);
    assertThat(read.apply("1.0001")).isEqualTo(rounded);
    assertThat(read.apply("1.0019")).isEqualTo(more);
    assertThat(read.apply("253402300798.999")).isEqualTo(253_402_300_798_999L);
    assertThat(read.apply("253402300799.000")).isEqualTo(253_402_300_799_000L);
    for (String other :
        List.of(
            "-1",
            "253402300800",
            "999999999999999999",
            "1000000000000000000",
            "-0.001",
            "253402300799.001",
            "253402300800.0",
            "1e3",
            "1E3",
            "1.5e1",
            "1.5E1",
            "0e0",
            "\"1\"",
            "null",
            "true",
            "[1]",
            "{}")) {
      refused(
          "{\"" + name + "\":" + other + "}",
          name + " is not a number of seconds from 0 to 253402300799 without exponent");
    }
  }

  @Test
  void texts_areStringsAlone() {
    assertThat(parse("{\"iss\":\"i\",\"sub\":\"s\",\"jti\":\"j\"}"))
        .extracting(c -> c.issuer(), c -> c.subject(), c -> c.id())
        .containsExactly("i", "s", "j");
    for (String name : List.of("iss", "sub", "jti")) {
      for (String other : List.of("1", "null", "true", "[\"i\"]", "{}")) {
        refused("{\"" + name + "\":" + other + "}", name + " is not a string");
      }
    }
  }

  @Test
  void isIssuedBy_isTrueOfTheIssuersExactNameAlone() {
    for (String spelling : List.of("https://i", "\\u0068ttps://i", "https:\\/\\/i")) {
      ClaimSet claims = parse("{\"sub\":\"https://s\",\"iss\":\"" + spelling + "\"}");
      assertThat(claims.isIssuedBy("https://i")).as(spelling).isTrue();
      for (String other :
          List.of("", "https://", "https://j", "https://i/", "HTTPS://i", spelling)) {
        assertThat(claims.isIssuedBy(other)).as(other).isEqualTo(other.equals("https://i"));
      }
    }
    assertThat(parse("{\"sub\":\"https://i\"}").isIssuedBy("https://i")).isFalse();
    assertThat(parse("{}").isIssuedBy("")).isFalse();
  }

  @Test
  void hasId_isTrueOfEachJti_andOfNothingElse() {
    assertThat(parse("{\"jti\":\"j\"}").hasId()).isTrue();
    assertThat(parse("{\"\\u006ati\":\"\"}").hasId()).isTrue();
    assertThat(parse("{\"JTI\":\"j\",\"sub\":\"jti\",\"x\":{\"jti\":\"j\"}}").hasId()).isFalse();
    assertThat(parse("{}").hasId()).isFalse();
  }

  @Test
  void audience_isAStringOrSomeStrings() {
    assertThat(parse("{\"aud\":\"a\"}").audience()).containsExactly("a");
    assertThat(parse("{\"aud\":[\"a\"]}").audience()).containsExactly("a");
    assertThat(parse("{\"aud\":[\"a\",\"b\"]}").audience()).containsExactly("a", "b");
    for (String other : List.of("[]", "[1]", "[\"a\",1]", "[[\"a\"]]", "1", "null", "{}")) {
      refused("{\"aud\":" + other + "}", "aud is not a string and not an array of some strings");
    }
  }

  @Test
  void scopes_areThoseOfScope_elseOfScp() {
    assertThat(parse("{\"scope\":\"a\"}").scopes()).containsExactly("a");
    assertThat(parse("{\"scp\":\"b\"}").scopes()).containsExactly("b");
    assertThat(parse("{\"scp\":\"b\",\"scope\":\"a\"}").scopes()).containsExactly("a");
    assertThat(parse("{\"scp\":[\"b\",\"c\"],\"scope\":null}").scopes()).containsExactly("b", "c");
    assertThat(parse("{\"scp\":[\"b\"],\"scope\":[]}").scopes()).isEmpty();
    assertThat(parse("{\"scp\":null,\"scope\":null}").scopes()).isEmpty();
    for (String other : List.of("1", "true", "{}", "[1]", "[\"a\",null]")) {
      refused("{\"scope\":" + other + "}", "scope is not a string and not an array of strings");
      refused("{\"scp\":" + other + "}", "scp is not a string and not an array of strings");
    }
  }

  @Test
  void isAbsent_isTrueOfNullAlone() {
    assertThat(ClaimSet.isAbsent(null)).isTrue();
    assertThat(ClaimSet.isAbsent(JsonLiteral.NULL)).isTrue();
    assertThat(ClaimSet.isAbsent(JsonLiteral.FALSE)).isFalse();
  }

  /** However many values it has, and whatever is no object is malformed. */
  @Test
  void payload_isReadWhole() {
    String many = "{\"x\":[" + "0,".repeat(20_000) + "0],\"sub\":\"s\"}";
    assertThat(parse(many).subject()).isEqualTo("s");
    assertThat(parse("{}").json.size()).isEqualTo(0);
    for (String other : List.of("", "[]", "1", "{", "{}{}", "{\"a\":1,\"a\":2}")) {
      assertThatExceptionOfType(VerificationException.class)
          .as(other)
          .isThrownBy(() -> parse(other))
          .withMessageContaining("the payload: ")
          .satisfies(e -> assertThat(e.reason()).isEqualTo(JwtReason.MALFORMED));
    }
  }

  /** Twice as much would be beyond the bound: a claim is read from the payload at each call. */
  @Test
  void strings_ofALargeClaim_readItOnce() {
    List<String> roles = IntStream.range(10_000, 14_000).mapToObj(i -> "a-role-" + i).toList();
    String payload = "{\"roles\":[\"" + String.join("\",\"", roles) + "\"]}";
    VerifiedJwt jwt =
        new VerifiedJwt(JwsHeader.parse(HEADER, HEADER.length), parse(payload), "https://issuer");
    assertThat(jwt.strings("roles")).isEqualTo(roles);
    AllocatedBytes.assertBounded(payload.length(), () -> last = jwt.strings("roles"));
  }

  private static ClaimSet parse(String payload) {
    return ClaimSet.parse(payload.getBytes(UTF_8));
  }

  private static void refused(String payload, String why) {
    assertThatExceptionOfType(VerificationException.class)
        .as(payload)
        .isThrownBy(() -> parse(payload))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(JwtReason.CLAIM_INVALID));
  }
}
