package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.tests.SeededCases;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** ML-13 and TK-14: each part of {@code htu}, alone different and differently written. */
class DpopTargetTest {

  private static final DpopProofs PROOFS = new DpopProofs(RS256);

  private final JwtVerifier verifier =
      strict(HS256).withDpop((scope, id, until) -> ReplayGuard.Use.FIRST).build();
  private final Map<String, String> proofs = new HashMap<>();

  /** Each line is one place in several spellings; no two lines are the same place. */
  private static final List<List<String>> PLACES =
      List.of(
          List.of(
              "https://api.example/pay",
              "https://api.example:443/pay",
              "HTTPS://API.EXAMPLE:443/pay",
              "https://Api.Example/./pay",
              "https://api.example/x/../pay",
              "https://api.example:/pay",
              "https://api.example/p%61y",
              "https://api.example/../pay",
              "https://api.example/%70%61%79",
              "https://api.example/pay?x=1",
              "https://api.example/pay#f",
              "https://api.example/pay?x=1#f"),
          List.of("https://api.example:444/pay", "https://API.example:444/y/./../pay"),
          List.of("https://api.example:80/pay"),
          List.of("https://api.example:4430/pay"),
          List.of("https://api.example:0/pay"),
          List.of("http://api.example/pay", "http://api.example:80/pay", "Http://api.example/pay"),
          List.of("http://api.example:443/pay"),
          List.of("http://api.example:8080/pay"),
          List.of("wss://api.example/pay"),
          List.of("wss://api.example:443/pay"),
          List.of("https://other.example/pay"),
          List.of("https://api.example.evil/pay"),
          List.of("https://api.exampl/pay"),
          List.of("https://example/pay"),
          List.of("https://alice@api.example/pay", "https://alice@API.EXAMPLE:443/pay"),
          List.of("https://Alice@api.example/pay"),
          List.of("https://alice:x@api.example/pay"),
          List.of("https://[2001:db8::1]/pay", "https://[2001:DB8::1]:443/pay"),
          List.of("https://[2001:db8::1]:444/pay"),
          List.of("https://api.example/Pay"),
          List.of("https://api.example/pay/"),
          List.of("https://api.example/pay/x"),
          List.of("https://api.example/x/pay"),
          List.of(
              "https://api.example/~me",
              "https://api.example/%7Eme",
              "https://api.example/%7eme",
              "https://api.example/../~me",
              "https://api.example/a/%2e%2E/%7eme"),
          List.of("https://api.example/a%2Fb", "https://api.example/a%2fb"),
          List.of("https://api.example/a/b", "https://api.example/a/./c/../b"),
          List.of("https://api.example//pay"),
          List.of("https://api.example/p%C3%A4y", "https://api.example/p%c3%a4y"),
          List.of("https://api.example/pay%3Fx=1"),
          List.of("https://api.example/pay;v=1"),
          List.of("https://api.example/pa"),
          List.of("https://api.example/", "https://api.example", "https://api.example:443"));

  @Test
  void ML13_pairsOfTargets_matchExactlyWhenTheyAreOnePlace() {
    for (List<String> line : PLACES) {
      for (List<String> other : PLACES) {
        for (String request : line) {
          for (String target : line.equals(other) ? other : List.of(other.get(0))) {
            assertThat(matches(request, target))
                .as("a request to %s, a proof for %s", request, target)
                .isEqualTo(line.equals(other));
          }
        }
      }
    }
  }

  @Test
  void ML13_onePartChanged_matchesNoMore() {
    SeededCases.check(
        60,
        random -> {
          Parts request = Parts.random(random);
          assertThat(matches(request.text(), request.respelled(random)))
              .as(request.text())
              .isTrue();
          Parts other = request.withOnePartChanged(random);
          assertThat(matches(request.text(), other.text()))
              .as("%s and %s", request.text(), other.text())
              .isFalse();
          assertThat(matches(other.text(), request.text()))
              .as("%s and %s", other.text(), request.text())
              .isFalse();
        });
  }

  /** Hosts that Java's parser does not take for hosts must not all be one. */
  @Test
  void ML13_targetWithoutAHost_matchesNothing() {
    for (String target :
        List.of(
            "https://a_b/pay",
            "https:///pay",
            "https:/pay",
            "https:pay",
            "/pay",
            "pay",
            "",
            "//null/pay",
            "https://null",
            "https://nul/pay")) {
      assertThat(matches("https://null/pay", target)).as(target).isFalse();
      assertThat(matches("https://api.example/pay", target)).as(target).isFalse();
    }
    assertThat(matches("https://null/pay", "https://null/pay")).isTrue();
    assertThat(matches("null://null/pay", "//null/pay")).isFalse();
    for (String request : List.of("https://a_b/pay", "https:/pay", "https:pay", "/pay", "//a/b")) {
      assertThatIllegalArgumentException()
          .as(request)
          .isThrownBy(() -> JwtRequest.bare().withDpop("POST", URI.create(request), "a.b.c"));
    }
  }

  /** RFC 3986 section 2.3. */
  @Test
  void ML13_escapes_ofUnreservedCharactersAlone_areUndone() {
    for (int c = 0; c < 256; c++) {
      boolean unreserved = String.valueOf((char) c).matches("[A-Za-z0-9._~-]") && c != '.';
      String capital = "%%%02X".formatted(c);
      String kept = unreserved ? String.valueOf((char) c) : capital;
      for (String escape : List.of(capital, capital.toLowerCase(Locale.ROOT))) {
        String place = c == '.' ? "https://h/" : "https://h/" + kept;
        assertThat(DpopTarget.parse("https://h/" + escape)).isEqualTo(place);
        assertThat(DpopTarget.parse("https://" + escape + "x@h"))
            .isEqualTo("https://" + (c == '.' ? "." : kept) + "x@h/");
      }
    }
  }

  @Test
  void ML13_dotSegments_areRemovedWhereverTheyStand() {
    for (String end : List.of(".", "x/..", "./.", "x/y/../..", "x/./..")) {
      assertThat(DpopTarget.parse("https://h/a/" + end)).as(end).isEqualTo("https://h/a/");
      assertThat(DpopTarget.parse("https://h/a/" + end + "/b")).as(end).isEqualTo("https://h/a/b");
    }
    for (String end : List.of(".", "..", "../..", "x/..")) {
      assertThat(DpopTarget.parse("https://h/" + end)).as(end).isEqualTo("https://h/");
    }
    for (String name : List.of("...", ".x", "x.", "..x")) {
      assertThat(DpopTarget.parse("https://h/" + name)).isEqualTo("https://h/" + name);
    }
  }

  @Test
  void ML13_targetThatIsNoUrl_isNone() {
    for (String other : List.of("https://h/%", "https://h/%4", "https://h/ ", "https://h:x", ":")) {
      assertThat(DpopTarget.parse(other)).as(other).isNull();
    }
    assertThat(DpopTarget.parse("https://h")).isEqualTo("https://h/");
  }

  @Test
  void TK14_ownTimesOfAProof_count() {
    for (String good : List.of("", ",\"exp\":" + (NOW + 1), ",\"nbf\":" + NOW)) {
      assertThat(reason(good)).as(good).isNull();
    }
    for (String bad :
        List.of(
            ",\"exp\":" + (NOW - 1000),
            ",\"nbf\":" + (NOW + 1000),
            ",\"exp\":" + (NOW - 30),
            ",\"nbf\":" + (NOW + 31),
            ",\"exp\":\"never\"")) {
      assertThat(reason(bad)).as(bad).isEqualTo(JwtReason.DPOP_INVALID);
    }
  }

  private @Nullable Reason reason(String more) {
    String proof =
        PROOFS.proof(
            "{\"jti\":\"p\",\"htm\":\"POST\",\"htu\":\"https://api.example/pay\",\"iat\":"
                + NOW
                + ",\"ath\":\""
                + ATH
                + "\""
                + more
                + "}");
    URI uri = URI.create("https://api.example/pay");
    return verifier
        .check(BOUND, JwtRequest.bare().withDpop("POST", uri, proof))
        .fold(jwt -> null, Refusal::reason);
  }

  private boolean matches(String request, String target) {
    String claims =
        "{\"jti\":\"p\",\"htm\":\"POST\",\"htu\":\""
            + target
            + "\",\"iat\":"
            + NOW
            + ",\"ath\":\""
            + ATH
            + "\"}";
    String proof = proofs.computeIfAbsent(claims, PROOFS::proof);
    return verifier
        .check(BOUND, JwtRequest.bare().withDpop("POST", URI.create(request), proof))
        .fold(
            jwt -> true,
            refusal -> {
              assertThat(refusal.message())
                  .isEqualTo("dpop-invalid: the proof's htu is not the request's URI");
              return false;
            });
  }

  private static final String BOUND = token(HS256, PROOFS.boundClaims());
  private static final String ATH = DpopProofs.ath(BOUND);

  private record Parts(String scheme, String user, String host, int port, String path) {

    static Parts random(SplittableRandom random) {
      return new Parts(
          random.nextBoolean() ? "https" : "http",
          random.nextInt(4) == 0 ? word(random) + "@" : "",
          word(random) + "." + word(random),
          random.nextInt(3) == 0 ? random.nextInt(1, 65_536) : -1,
          "/" + word(random) + "/" + word(random));
    }

    private static String word(SplittableRandom random) {
      StringBuilder word = new StringBuilder("x");
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      return word.toString();
    }

    private int standard() {
      return scheme.equals("https") ? 443 : 80;
    }

    private int effective() {
      return port < 0 ? standard() : port;
    }

    String text() {
      return scheme + "://" + user + host + (port < 0 ? "" : ":" + port) + path;
    }

    String respelled(SplittableRandom random) {
      boolean written = effective() != standard() || random.nextBoolean();
      return mixed(scheme, random)
          + "://"
          + user
          + mixed(host, random)
          + (written ? ":" + effective() : "")
          + (random.nextBoolean() ? "/." : "")
          + (random.nextBoolean() ? "/q/.." : "")
          + path
          + (random.nextBoolean() ? "?a=b" : "")
          + (random.nextBoolean() ? "#c" : "");
    }

    private static String mixed(String text, SplittableRandom random) {
      StringBuilder mixed = new StringBuilder();
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        mixed.append(random.nextBoolean() ? Character.toUpperCase(c) : c);
      }
      return mixed.toString();
    }

    Parts withOnePartChanged(SplittableRandom random) {
      return switch (random.nextInt(5)) {
        case 0 ->
            new Parts(scheme.equals("https") ? "http" : "https", user, host, effective(), path);
        case 1 -> new Parts(scheme, user.isEmpty() ? "u@" : "", host, port, path);
        case 2 -> new Parts(scheme, user, changed(host, random), port, path);
        case 3 -> new Parts(scheme, user, host, effective() % 65_535 + 1, path);
        default -> new Parts(scheme, user, host, port, changed(path, random));
      };
    }

    private static String changed(String text, SplittableRandom random) {
      int at = text.lastIndexOf(text.indexOf('/') == 0 ? '/' : '.') + 1;
      at += random.nextInt(text.length() - at);
      char c = text.charAt(at);
      return text.substring(0, at) + (char) (c == 'z' ? 'a' : c + 1) + text.substring(at + 1);
    }
  }
}
