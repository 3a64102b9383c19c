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
  void TK10_pathBelowTheReceivedOne_isMovedBelowTheSignedOne_withAllThatFollows() {
    for (String received : List.of("", "/a", "/a/b", "/%61", "/a;v=1")) {
      for (String signed : List.of("", "/s", "/s/%74")) {
        for (String rest :
            List.of(
                "", "/", "/x", "/x/", "//x", "?", "?q=/a&r=%2F", "/x?q", "/%2e%2e/a", "/../a")) {
          assertThat(RequestTarget.moved(received + rest, received, signed))
              .isEqualTo(signed + rest);
        }
        for (String follows : List.of("x", "-", "%2Fx", "%3Fx", ";v", ".", "&x", "=")) {
          notBelow(received + follows, received, signed);
        }
      }
    }
  }

  @Test
  void TK10_pathThatDoesNotBeginWithTheReceivedOne_isNotBelowIt() {
    for (String received : List.of("/a", "/a/b", "/%61", "/a;v=1")) {
      for (String signed : List.of("", "/s", received)) {
        String cut = received.substring(0, received.length() - 1);
        for (String target :
            List.of("", "/", cut, cut + "/", "/" + received, "/x" + received, "/x?" + received)) {
          notBelow(target, received, signed);
        }
      }
    }
    notBelow("/A/x", "/a", "/s");
    notBelow("/%61/x", "/a", "/s");
    notBelow("/a/x", "/%61", "/s");
    notBelow("/s/x", "/a", "/s");
  }

  private static void notBelow(String target, String received, String signed) {
    malformed(
        () -> {
          String unused = RequestTarget.moved(target, received, signed);
        },
        "the request's path is not below the declared " + received);
  }

  @Test
  void TK10_declaredPath_isEmptyOrHasSegmentsAlone() {
    for (char c = 0; c < 0x300; c++) {
      boolean isRight = RequestTarget.has(c) && c != '/' && c != '?';
      assertThat(RequestTarget.isPath("/" + c)).as("%d", (int) c).isEqualTo(isRight);
      assertThat(RequestTarget.isPath("/" + c + "a"))
          .as("%d before another", (int) c)
          .isEqualTo(isRight || c == '/');
    }
    for (String path : List.of("", "/a", "/a/b", "/a//b", "/%2F", "/" + "a".repeat(999))) {
      assertThat(RequestTarget.isPath(path)).as(path).isTrue();
    }
    for (String other : List.of("a", "a/b", "/", "//", "/a/", "?", "a?", "/" + "a".repeat(1_000))) {
      assertThat(RequestTarget.isPath(other)).as(other).isFalse();
    }
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
