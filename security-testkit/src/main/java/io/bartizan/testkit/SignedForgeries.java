package io.bartizan.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Forgeries that are properly signed, so that only the reader behind the signature can tell. */
final class SignedForgeries {

  private final ForgedTokenList list;
  private final Function<String, byte[]> signer;

  SignedForgeries(ForgedTokenList list, Function<String, byte[]> signer) {
    this.list = list;
    this.signer = signer;
  }

  List<ForgedToken> tokens() {
    return list.tokens();
  }

  void addHeaders() {
    for (String member :
        new String[] {
          "\"crit\":[\"x\"],\"x\":1", "\"crit\":[]", "\"crit\":null",
              "\"crit\":[\"b64\"],\"b64\":false",
          "\"b64\":false", "\"zip\":\"DEF\"", "\"enc\":\"A256GCM\"", "\"cty\":\"JWT\"",
          "\"alg\":\"none\"", "\"\\u0061lg\":\"none\"", "\"x\":{\"y\":1,\"y\":2}"
        }) {
      add("header member " + member, opened(list.header, member), list.payload);
    }
    add("bytes after the header's object", list.header + "{}", list.payload);
    add(
        "a header of arrays, nested deep",
        opened(list.header, "\"x\":" + nested(3_000)),
        list.payload);
  }

  void addPayloads() {
    for (String member :
        new String[] {
          "\"sub\":\"a\",\"sub\":\"b\"",
          "\"x\":1,\"\\u0078\":2",
          "\"x\":{\"y\":1,\"y\":2}",
          "\"x\":01",
          "\"x\":NaN",
          "\"x\":.5",
          "\"x\":+1",
          "\"x\":0x10",
          "'x':1",
          "x:1",
          "\"x\":\"\t\"",
          "\"x\":\"\\ud800\"",
          "\"x\":1,/**/\"y\":2",
          "\"x\":1,,\"y\":2"
        }) {
      add("payload member " + member, list.header, opened(list.payload, member));
    }
    add("bytes after the payload's object", list.header, list.payload + "x");
    add("a second object after the payload", list.header, list.payload + "{\"sub\":\"admin\"}");
    add("a byte order mark", list.header, "\ufeff" + list.payload);
    add(
        "a payload nested deep (CVE-2025-53864)",
        list.header,
        opened(list.payload, "\"x\":" + nested(3_000)));
    add("a payload in an array", list.header, "[" + list.payload + "]");
    add("a payload that is null", list.header, "null");
    add("an empty payload", list.header, "");
    String header = ForgedTokenList.base64(list.header);
    byte[] utf16 = list.payload.getBytes(StandardCharsets.UTF_16);
    byte[] latin = opened(list.payload, "\"x\":\"é\"").getBytes(StandardCharsets.ISO_8859_1);
    seal("a payload in UTF-16", header, ForgedTokenList.base64(utf16));
    seal("a payload in Latin-1", header, ForgedTokenList.base64(latin));
    seal("a payload with padding", header, ForgedTokenList.base64(list.payload) + "=");
    seal("a payload with a line end", header, ForgedTokenList.base64(list.payload) + "\n");
  }

  void addClaims() {
    for (String value :
        new String[] {
          "null",
          "{}",
          "\"2099-01-01\"",
          "\"4102444800\"",
          "true",
          "-1",
          "1",
          "1e308",
          "18446744075504770816",
          "9223372036854775807",
          "4102444800000"
        }) {
      claim("exp", value);
    }
    for (String value :
        new String[] {"null", "[]", "1", "{}", "\"\"", "[1]", "\"somebody else\""}) {
      claim("aud", value);
    }
    for (String value : new String[] {"null", "1", "\"\"", "\"https://attacker.example\""}) {
      claim("iss", value);
    }
    claim("nbf", "4102444800");
    claim("nbf", "\"now\"");
    claim("sub", "1");
    claim("jti", "[\"a\"]");
  }

  private void claim(String name, String value) {
    String without =
        list.payload.replaceAll(
            "\"" + name + "\"\\s*:\\s*(\"[^\"]*\"|\\[[^\\]]*\\]|[0-9]+)\\s*,?", "");
    String kept = without.replaceAll(",\\s*}", "}");
    add(name + " is " + value, list.header, opened(kept, "\"" + name + "\":" + value));
  }

  private static String opened(String object, String member) {
    String more = object.replaceAll("\\s", "").equals("{}") ? member : member + ",";
    return object.replaceFirst("\\{", java.util.regex.Matcher.quoteReplacement("{" + more));
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private void add(String attack, String header, String payload) {
    seal(attack, ForgedTokenList.base64(header), ForgedTokenList.base64(payload));
  }

  private void seal(String attack, String header, String payload) {
    String input = header + "." + payload;
    list.add(attack, input + "." + ForgedTokenList.base64(signer.apply(input)));
  }
}
