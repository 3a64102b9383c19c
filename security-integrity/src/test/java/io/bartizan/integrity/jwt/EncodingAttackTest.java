package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.part;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.sealed;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Section C of the attack matrix: encoding and JSON. All tokens are signed over the very bytes they
 * show, so only the reader can refuse them.
 */
class EncodingAttackTest {

  private static final String HEADER = base64(Forge.header(HS256));

  private final JwtVerifier verifier = strict(HS256).build();

  @Test
  void C01_padding_isRefused() {
    refuses(verifier, sealed(HEADER + "=", base64(GOOD), HS256), JwtReason.MALFORMED);
    refuses(verifier, sealed(HEADER, base64(GOOD) + "=", HS256), JwtReason.MALFORMED);
    refuses(verifier, sealed(HEADER, base64(GOOD) + "==", HS256), JwtReason.MALFORMED);
    refuses(verifier, token(HS256, GOOD) + "=", JwtReason.MALFORMED);
  }

  @Test
  void C02_foreignCharactersInsideAPart_areRefused() {
    String payload = base64(GOOD);
    String good = token(HS256, GOOD);
    for (String foreign :
        List.of(" ", "\n", "\r\n", "\t", "\u0000", "\u00e9", "\u0141", "?", "#", "%", "~", "😀")) {
      refuses(verifier, sealed(foreign + HEADER, payload, HS256), JwtReason.MALFORMED);
      refuses(
          verifier,
          sealed(HEADER, payload.substring(0, 8) + foreign + payload.substring(8), HS256),
          JwtReason.MALFORMED);
      refuses(
          verifier,
          good.substring(0, good.length() - 8) + foreign + good.substring(good.length() - 8),
          JwtReason.MALFORMED);
    }
  }

  @Test
  void C03_standardAlphabet_isRefused() {
    String payload = base64(GOOD.replace("alice", "~~~???>>>"));
    assertThat(payload).containsPattern("[-_]");
    accepts(verifier, sealed(HEADER, payload, HS256));
    refuses(
        verifier,
        sealed(HEADER, payload.replace('-', '+').replace('_', '/'), HS256),
        JwtReason.MALFORMED);
  }

  @Test
  void C04_unusedBitsThatAreSet_areRefused() {
    for (String padding : List.of("", " ", "  ")) {
      String payload = base64(GOOD + padding);
      accepts(verifier, sealed(HEADER, payload, HS256));
      if (payload.length() % 4 != 0) {
        char last = payload.charAt(payload.length() - 1);
        String other = payload.substring(0, payload.length() - 1) + (char) (last + 1);
        refuses(verifier, sealed(HEADER, other, HS256), JwtReason.MALFORMED);
      }
    }
    String good = token(HS256, GOOD);
    assertThat(part(good, 2)).hasSize(43);
    refuses(
        verifier,
        good.substring(0, good.length() - 1) + next(good.charAt(good.length() - 1)),
        JwtReason.MALFORMED);
  }

  private static char next(char last) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return alphabet.charAt(alphabet.indexOf(last) + 1);
  }

  @Test
  void C05_somethingAroundTheToken_isRefused() {
    String good = token(HS256, GOOD);
    for (String other :
        List.of(
            " " + good,
            good + " ",
            "Bearer " + good,
            good + "\n",
            "\ufeff" + good,
            "\"" + good + "\"")) {
      refuses(verifier, other, JwtReason.MALFORMED);
    }
  }

  @Test
  void C06_otherNumberOfDots_isRefused() {
    String good = token(HS256, GOOD);
    for (String other :
        List.of(
            good + ".", "." + good, good + ".a.b", ".", "..", "...", "a.b", ".".repeat(16_000))) {
      refuses(verifier, other, JwtReason.MALFORMED);
    }
    refuses(verifier, ".".repeat(100_000), JwtReason.TOO_LARGE);
  }

  @Test
  void C07_jsonSerialization_isRefused() {
    String good = token(HS256, GOOD);
    String json =
        "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}"
            .formatted(part(good, 0), part(good, 1), part(good, 2));
    refuses(verifier, json, JwtReason.MALFORMED);
    refuses(verifier, "{\"a\":\"" + good + "\"}", JwtReason.MALFORMED);
    refuses(verifier, json.replace("}", ",\"x\":\"..\"}"), JwtReason.MALFORMED);
  }

  @Test
  void C08_repeatedMembers_areRefusedAtEveryDepth() {
    for (String header :
        List.of(
            "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
            "{\"alg\":\"none\",\"alg\":\"HS256\"}",
            "{\"alg\":null,\"alg\":\"HS256\"}",
            "{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}",
            "{\"alg\":\"HS256\",\"x\":{\"y\":1,\"y\":1}}")) {
      refuses(verifier, token(header, GOOD, HS256), JwtReason.MALFORMED);
    }
    String open = GOOD.substring(0, GOOD.length() - 1);
    for (String more :
        List.of(
            ",\"sub\":\"bob\"}",
            ",\"\\u0073ub\":\"bob\"}",
            ",\"x\":{\"a\":1,\"a\":2}}",
            ",\"x\":[[{\"a\":null,\"\\u0061\":2}]]}")) {
      refuses(verifier, token(HS256, open + more), JwtReason.MALFORMED);
    }
  }

  @Test
  void C09_anythingButStrictUtf8_isRefused() {
    byte[] header = Forge.header(HS256).getBytes(UTF_8);
    for (String hex : List.of("c080", "eda080", "f4908080", "ff", "e282", "c1bf")) {
      byte[] payload =
          GOOD.replace("alice", "alice" + "?".repeat(hex.length() / 2)).getBytes(UTF_8);
      int at = new String(payload, UTF_8).indexOf('?');
      byte[] bad = HexFormat.of().parseHex(hex);
      System.arraycopy(bad, 0, payload, at, bad.length);
      refuses(verifier, token(header, payload, HS256), JwtReason.MALFORMED);
    }
    for (String text : List.of("\\ud800", "\\udc00x", "\\u0000", "\\ud83d\\u0041")) {
      refuses(verifier, token(HS256, GOOD.replace("alice", text)), JwtReason.MALFORMED);
    }
    refuses(verifier, token(HS256, "\ufeff" + GOOD), JwtReason.MALFORMED);
    for (Charset charset :
        List.of(UTF_16, Charset.forName("UTF-16LE"), Charset.forName("UTF-32"))) {
      refuses(verifier, token(header, GOOD.getBytes(charset), HS256), JwtReason.MALFORMED);
      refuses(
          verifier,
          token(Forge.header(HS256).getBytes(charset), GOOD.getBytes(UTF_8), HS256),
          JwtReason.MALFORMED);
    }
    accepts(verifier, token(HS256, GOOD.replace("alice", "é\\u00e9😀\\ud83d\\ude00")));
  }

  @Test
  void C10_lenientJson_isRefused() {
    String open = GOOD.substring(0, GOOD.length() - 1);
    for (String payload :
        List.of(
            "/* c */" + GOOD,
            GOOD.replace('"', '\''),
            open + ",}",
            open + ",\"x\":01}",
            open + ",\"x\":\"a\tb\"}",
            open + ",\"x\":NaN}",
            open + ",\"x\":0x10}",
            open + ",\"x\":1.}",
            open + ",\"x\":+1}",
            open + ",x:1}",
            open + ",\"x\":tRue}",
            open + ",\"x\":\"\\x41\"}",
            "[" + GOOD + "]",
            "\"" + "a" + "\"",
            "null",
            "")) {
      refuses(verifier, token(HS256, payload), JwtReason.MALFORMED);
    }
  }

  @Test
  void C11_bytesAfterTheObject_areRefused() {
    for (String after : List.of("x", "{}", "\u0000", "}", ",", "[]", "\n{\"sub\":\"bob\"}")) {
      refuses(verifier, token(HS256, GOOD + after), JwtReason.MALFORMED);
      refuses(verifier, token(Forge.header(HS256) + after, GOOD, HS256), JwtReason.MALFORMED);
    }
    accepts(verifier, token(HS256, " " + GOOD + " \r\n\t"));
  }

  @Test
  void C12_deepNesting_isRefused() {
    String open = GOOD.substring(0, GOOD.length() - 1);
    accepts(verifier, token(HS256, open + ",\"x\":" + "[".repeat(15) + "]".repeat(15) + "}"));
    refuses(
        verifier,
        token(HS256, open + ",\"x\":" + "[".repeat(16) + "]".repeat(16) + "}"),
        JwtReason.MALFORMED);
    refuses(verifier, token(HS256, "[".repeat(9_000)), JwtReason.MALFORMED);
    refuses(verifier, token(HS256, "{\"a\":".repeat(1_500)), JwtReason.MALFORMED);
    JwtVerifier large = strict(HS256).withMaxTokenChars(1 << 20).build();
    refuses(large, token(HS256, "[".repeat(700_000)), JwtReason.MALFORMED);
  }

  @Test
  void C13_oversize_isRefused() {
    String open = GOOD.substring(0, GOOD.length() - 1);
    refuses(
        verifier,
        token(HS256, open + ",\"x\":\"" + "a".repeat(20_000) + "\"}"),
        JwtReason.TOO_LARGE);
    refuses(verifier, "a".repeat(5_000_000), JwtReason.TOO_LARGE);
    refuses(
        verifier,
        token("{\"alg\":\"HS256\",\"x\":\"" + "a".repeat(5_000) + "\"}", GOOD, HS256),
        JwtReason.TOO_LARGE);
    refuses(
        verifier, token(HS256, open + ",\"x\":" + "1".repeat(5_000) + "}"), JwtReason.MALFORMED);
    refuses(verifier, token(HS256, open + ",\"x\":1e" + "9".repeat(40) + "}"), JwtReason.MALFORMED);
    accepts(verifier, token(HS256, open + ",\"x\":[" + "1,".repeat(2_000) + "1]}"));
    refuses(verifier, token(HS256, open + ",\"x\":1e999999999}"), JwtReason.MALFORMED);
    refuses(verifier, token(HS256, open + ",\"x\":1e-1000}"), JwtReason.MALFORMED);
    assertThat(verifier.verify(token(HS256, open + ",\"x\":1e999}")).claims()).containsKey("x");
  }

  @Test
  void C14_zip_isRefused() {
    for (String value : List.of("\"DEF\"", "\"GZIP\"", "null", "1")) {
      refuses(
          verifier,
          token("{\"alg\":\"HS256\",\"zip\":" + value + "}", GOOD, HS256),
          JwtReason.HEADER_NOT_SUPPORTED);
    }
  }

  @Test
  void C15_crit_isRefusedWhateverItHolds() {
    for (String value :
        List.of(
            "[\"x\"]",
            "[]",
            "null",
            "[\"alg\"]",
            "[\"b64\"]",
            "[\"x\",\"x\"]",
            "\"x\"",
            "[1]",
            "{}")) {
      refuses(
          verifier,
          token("{\"alg\":\"HS256\",\"x\":1,\"crit\":" + value + "}", GOOD, HS256),
          JwtReason.HEADER_NOT_SUPPORTED);
    }
  }

  @Test
  void C16_b64_isRefused() {
    for (String header :
        List.of(
            "{\"alg\":\"HS256\",\"b64\":false}",
            "{\"alg\":\"HS256\",\"b64\":true}",
            "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}")) {
      refuses(verifier, token(header, GOOD, HS256), JwtReason.HEADER_NOT_SUPPORTED);
      refuses(
          verifier,
          sealed(base64(header), GOOD.replace('.', '_'), HS256),
          JwtReason.HEADER_NOT_SUPPORTED);
    }
  }

  @Test
  void C17_nestedToken_isRefused() {
    for (String type : List.of("JWT", "jwt", "application/jwt", "application/at+jwt")) {
      refuses(
          verifier,
          token("{\"alg\":\"HS256\",\"cty\":\"" + type + "\"}", GOOD, HS256),
          JwtReason.HEADER_NOT_SUPPORTED);
    }
    refuses(verifier, token(HS256, token(HS256, GOOD)), JwtReason.MALFORMED);
    assertThat(Arrays.stream(JwtReason.values()).map(JwtReason::code)).doesNotHaveDuplicates();
  }
}
