package io.bartizan.testkit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The forgeries of one good token, as they are collected. */
final class ForgedTokenList {

  private static final String[] ALGORITHMS = {
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "Ed25519", "EdDSA", "ES256K", "HS1", "XX999"
  };

  private final List<ForgedToken> tokens = new ArrayList<>();
  private final String good;
  final String header;
  final String payload;
  private final String[] parts;

  ForgedTokenList(String good) {
    this.good = good;
    this.parts = good.split("\\.", -1);
    if (parts.length != 3 || parts[2].isEmpty()) {
      throw new IllegalArgumentException("the good token is no signed compact token");
    }
    this.header = text(parts[0]);
    this.payload = text(parts[1]);
    if (!header.contains("\"alg\"")) {
      throw new IllegalArgumentException("the good token's header has no alg");
    }
  }

  List<ForgedToken> tokens() {
    return List.copyOf(tokens);
  }

  void addAll(List<ForgedToken> more) {
    tokens.addAll(more);
  }

  /**
   * What happens to be the good token, such as a change of case where there is none, is no forgery.
   */
  void add(String attack, String token) {
    if (!token.equals(good)) {
      tokens.add(new ForgedToken(attack, token));
    }
  }

  private static String text(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  String withAlgorithm(String json) {
    return header.replaceFirst(
        "\"alg\"\\s*:\\s*\"[^\"]*\"", java.util.regex.Matcher.quoteReplacement(json));
  }

  void addUnsigned() {
    for (String none : new String[] {"none", "None", "NONE", "nOnE", "none ", ""}) {
      String unsigned = base64(withAlgorithm("\"alg\":\"" + none + "\"")) + "." + parts[1] + ".";
      add("alg '" + none + "', no signature (CVE-2015-9235)", unsigned);
      add("alg '" + none + "', old signature", unsigned + parts[2]);
    }
    for (String json :
        new String[] {"\"alg\":null", "\"alg\":0", "\"alg\":[\"none\"]", "\"x\":1"}) {
      add(json + " for alg", base64(withAlgorithm(json)) + "." + parts[1] + ".");
    }
    add("no signature (CVE-2020-28042)", parts[0] + "." + parts[1] + ".");
    add("no third part", parts[0] + "." + parts[1]);
    byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
    add("signature of zeros (CVE-2022-21449)", with(new byte[signature.length]));
    add("signature of ones", with(filled(signature.length)));
    add("signature of one byte", with(Arrays.copyOf(signature, 1)));
    add("signature cut in half", with(Arrays.copyOf(signature, signature.length / 2)));
    add("signature without its last byte", with(Arrays.copyOf(signature, signature.length - 1)));
    add("signature and a zero byte", with(Arrays.copyOf(signature, signature.length + 1)));
    signature[signature.length / 2] ^= 1;
    add("signature with one bit changed", with(signature));
  }

  private String with(byte[] signature) {
    return parts[0] + "." + parts[1] + "." + base64(signature);
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }

  void addOtherAlgorithms() {
    for (String name : ALGORITHMS) {
      if (!header.contains("\"" + name + "\"")) {
        String other = base64(withAlgorithm("\"alg\":\"" + name + "\"")) + "." + parts[1];
        add("alg " + name + " with the old signature", other + "." + parts[2]);
        add("alg " + name + " without signature", other + ".");
      }
    }
    add("alg in other case", reheaded(withAlgorithm(algorithm().toLowerCase(Locale.ROOT))));
  }

  private String algorithm() {
    int start = header.indexOf("\"alg\"");
    return header.substring(start, header.indexOf('"', header.indexOf('"', start + 5) + 1) + 1);
  }

  private String reheaded(String changed) {
    return base64(changed) + "." + parts[1] + "." + parts[2];
  }

  /** The attacker signs with a key that the token itself brings or names. */
  void addKeysOfTheirOwn() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      String jwk = jwk((ECPublicKey) pair.getPublic());
      for (String member :
          new String[] {
            "\"jwk\":" + jwk,
            "\"jku\":\"https://attacker.example/jwks.json\"",
            "\"jku\":\"file:///dev/stdin\"",
            "\"x5u\":\"https://attacker.example/chain.pem\"",
            "\"x5c\":[\"MIIB\"]"
          }) {
        String input = base64("{\"alg\":\"ES256\"," + member + "}") + "." + parts[1];
        add(
            "own key, " + member.substring(0, 5) + " " + member.length(),
            input + "." + es256(pair, input));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with ECDSA", e);
    }
    for (String id : new String[] {"../../../../dev/null", "/dev/null", "' UNION SELECT 'AA", ""}) {
      String input = base64("{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}") + "." + parts[1];
      add(
          "kid '" + id + "' and a secret of zeros",
          input + "." + hmac("HmacSHA256", new byte[1], input));
    }
  }

  private static String jwk(ECPublicKey key) {
    byte[] spki = key.getEncoded();
    return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
        + base64(Arrays.copyOfRange(spki, spki.length - 64, spki.length - 32))
        + "\",\"y\":\""
        + base64(Arrays.copyOfRange(spki, spki.length - 32, spki.length))
        + "\"}";
  }

  private static String es256(KeyPair pair, String input) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(pair.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return base64(signature.sign());
  }

  static String hmac(String name, byte[] secret, String input) {
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(secret, name));
      return base64(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }

  void addPublicKeyAsSecret(byte[] spki) {
    byte[] lf = {'\n'};
    String body = Base64.getMimeEncoder(64, lf).encodeToString(spki);
    String pem = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----";
    String[] names = {"DER", "PEM", "PEM with a final line feed", "base64", "PEM on one line"};
    byte[][] secrets = {
      spki,
      pem.getBytes(StandardCharsets.US_ASCII),
      (pem + "\n").getBytes(StandardCharsets.US_ASCII),
      Base64.getEncoder().encode(spki),
      pem.replace("\n", "").getBytes(StandardCharsets.US_ASCII)
    };
    for (String bits : new String[] {"256", "384", "512"}) {
      String input = base64(withAlgorithm("\"alg\":\"HS" + bits + "\"")) + "." + parts[1];
      for (int i = 0; i < secrets.length; i++) {
        add(
            "HS" + bits + " with the public key as secret, " + names[i] + " (CVE-2016-10555)",
            input + "." + hmac("HmacSHA" + bits, secrets[i], input));
      }
    }
  }

  void addChangedContent() {
    add("payload of another user", repayloaded("{\"sub\":\"admin\"}"));
    add(
        "payload with one more claim",
        repayloaded(payload.replaceFirst("\\{", "{\"admin\":true,")));
    add("payload with a blank", repayloaded(payload + " "));
    add("payload with other expiry", repayloaded(payload.replaceAll("(\"exp\":\\d+)", "$10")));
    add("empty payload", parts[0] + ".." + parts[2]);
    add("empty header", "." + parts[1] + "." + parts[2]);
    add("header and payload swapped", parts[1] + "." + parts[0] + "." + parts[2]);
    add("header with one more member", reheaded(header.replaceFirst("\\{", "{\"x\":1,")));
    add("header with a blank", reheaded(header + " "));
  }

  private String repayloaded(String changed) {
    return parts[0] + "." + base64(changed) + "." + parts[2];
  }

  void addChangedEncoding() {
    for (String foreign :
        new String[] {"=", "==", " ", "\n", "\r\n", "\t", "\u0000", "?", "#", "+", "é"}) {
      add("a part followed by " + name(foreign), good + foreign);
      add(
          "a header followed by " + name(foreign),
          parts[0] + foreign + "." + parts[1] + "." + parts[2]);
      add("a header after " + name(foreign), foreign + good);
    }
    String last = parts[2].substring(parts[2].length() - 1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (parts[2].length() % 4 != 0) {
      add(
          "unused bits set in the signature",
          good.substring(0, good.length() - 1) + alphabet.charAt(alphabet.indexOf(last) + 1));
    }
    add("Bearer in front", "Bearer " + good);
    add("quotes around", "\"" + good + "\"");
  }

  private static String name(String foreign) {
    return foreign.length() + " x U+" + Integer.toHexString(foreign.charAt(0));
  }

  void addOtherShapes() {
    add("four parts", good + ".");
    add("five parts like a JWE", good + "." + parts[1] + "." + parts[2]);
    add("a leading dot", "." + good);
    add("dots alone", "..");
    add("nothing", "");
    add("many dots (CVE-2025-30204)", ".".repeat(100_000));
    add(
        "JSON serialization (CVE-2022-39227)",
        "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}"
            .formatted((Object[]) parts));
    add("the token twice", good + good);
    add(
        "a JWE header (CVE-2023-51774)",
        base64("{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}") + ".AA.AA.AA.AA");
    add(
        "a JWE header with a huge p2c (CVE-2023-52428)",
        base64(
                "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A256GCM\",\"p2s\":\"AA\",\"p2c\":2147483647}")
            + ".AA.AA.AA.AA");
  }
}
