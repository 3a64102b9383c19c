package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RequestTargetTest {

  private static final byte[] BODY = "body".getBytes(UTF_8);
  private static final String HASH = HexFormat.of().formatHex(Sha256.of(BODY));
  private static final String MANY = "x".repeat(WebhookGrammar.MAX_HEADER_CHARS - 1);

  /** RFC 3986, appendix A: pchar, slash and question mark. */
  @Test
  void TK10_target_hasTheCharactersOfRfc3986Alone() {
    for (char c = 0; c < 0x300; c++) {
      String target = "/" + c;
      if (String.valueOf(c).matches("[A-Za-z0-9._~!$&'()*+,;=:@%/?-]")) {
        assertThat(RequestTarget.checked(target)).isEqualTo(target);
        assertThat(RequestTarget.has(c)).as("%d", (int) c).isTrue();
      } else {
        assertThat(RequestTarget.has(c)).as("%d", (int) c).isFalse();
        malformed(() -> RequestTarget.checked(target), "no path and query of RFC 3986");
      }
    }
    assertThat(RequestTarget.checked("/")).isEqualTo("/");
    malformed(() -> RequestTarget.checked(null), "no path and query of RFC 3986");
    for (String other : List.of("", "x", "?", "x/", "https://example.org/")) {
      malformed(() -> RequestTarget.checked(other), "no path and query of RFC 3986");
    }
  }

  @Test
  void TK10_target_hasAsManyCharactersAsAHeaderAtMost() {
    assertThat(RequestTarget.checked("/" + MANY)).isEqualTo("/" + MANY);
    refused(
        () -> RequestTarget.checked("/" + MANY + "x"), MacReason.TOO_LARGE, "has more than 4096");
  }

  @Test
  void TK10_bodysHash_standsOnceInTheQuery() {
    for (String query : List.of("", "a=b&", "h&", "hh=1&", "=&", "&")) {
      for (String more : List.of("", "&a=b", "&h", "&", "&hh=1")) {
        String target = "/p?" + query + "h=" + HASH + more;
        assertThatCode(() -> RequestTarget.requireSha256(target, "h", BODY))
            .as(target)
            .doesNotThrowAnyException();
        malformed(
            () -> RequestTarget.requireSha256(target + "&h=" + HASH, "h", BODY),
            "the query has h twice");
        malformed(
            () -> RequestTarget.requireSha256(target + "&h=", "h", BODY), "the query has h twice");
      }
    }
    assertThatCode(() -> RequestTarget.requireSha256("?h=" + HASH, "h", BODY))
        .doesNotThrowAnyException();
    for (String other :
        List.of(
            "/p", "/p?", "/h=" + HASH, "/p&h=" + HASH, "/p?H=" + HASH, "/p?h", "/p?xh=" + HASH)) {
      malformed(() -> RequestTarget.requireSha256(other, "h", BODY), "the query has no h");
    }
    for (String other :
        List.of("", HASH.substring(1), HASH + "0", HASH.toUpperCase(Locale.ROOT), "%20" + HASH)) {
      refused(
          () -> RequestTarget.requireSha256("/p?h=" + other, "h", BODY),
          MacReason.SIGNATURE_INVALID,
          "the body is not the one whose SHA-256 is signed");
    }
  }

  private static void malformed(ThrowingCallable call, String why) {
    refused(call, MacReason.MALFORMED, why);
  }

  private static void refused(ThrowingCallable call, Reason reason, String why) {
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(call)
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
