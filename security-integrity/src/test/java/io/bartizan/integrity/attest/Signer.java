package io.bartizan.integrity.attest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.json.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Someone with a key who signs as cosign and other tools do, written down byte by byte. */
final class Signer {

  static final String STATEMENT = "https://in-toto.io/Statement/v1";
  static final String IN_TOTO = "application/vnd.in-toto+json";
  static final String IMAGE_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
  static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  final PinnedKey key;
  private final KeyPair pair;
  private final String algorithm;

  private Signer(KeyPair pair, String algorithm) {
    this.pair = pair;
    this.algorithm = algorithm;
    this.key = PinnedKey.of(pair.getPublic());
  }

  static Signer ecdsa() {
    return make("EC", 256, "SHA256withECDSA");
  }

  static Signer ed25519() {
    return make("Ed25519", 255, "Ed25519");
  }

  static Signer ecdsa(int bits, String algorithm) {
    return make("EC", bits, algorithm);
  }

  static Signer rsa() {
    return make("RSA", 2048, "SHA256withRSA");
  }

  private static Signer make(String family, int bits, String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
      generator.initialize(bits);
      return new Signer(generator.generateKeyPair(), algorithm);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  PublicKey publicKey() {
    return pair.getPublic();
  }

  String pem() {
    return Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  byte[] sign(byte[] content) {
    return sign(algorithm, content);
  }

  byte[] sign(String with, byte[] content) {
    try {
      Signature signature = Signature.getInstance(with);
      signature.initSign(pair.getPrivate());
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The encoding of the DSSE specification, written from its text and not with the library's. */
  static byte[] pae(String type, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(("DSSEv1 " + type.getBytes(UTF_8).length + " ").getBytes(UTF_8));
    out.writeBytes(type.getBytes(UTF_8));
    out.writeBytes((" " + body.length + " ").getBytes(UTF_8));
    out.writeBytes(body);
    return out.toByteArray();
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static Map<String, Object> envelope(String type, byte[] payload, Signer... signers) {
    List<byte[]> signatures = new ArrayList<>();
    for (Signer signer : signers) {
      signatures.add(signer.sign(pae(type, payload)));
    }
    return envelope(type, payload, signatures);
  }

  static Map<String, Object> envelope(String type, byte[] payload, List<byte[]> signatures) {
    List<Object> list = new ArrayList<>();
    for (byte[] signature : signatures) {
      list.add(Map.of("sig", base64(signature)));
    }
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("payload", base64(payload));
    envelope.put("payloadType", type);
    envelope.put("signatures", list);
    return envelope;
  }

  static Map<String, Object> statement(String predicateType, Digest... subjects) {
    List<Object> list = new ArrayList<>();
    for (Digest subject : subjects) {
      list.add(
          Map.of("name", "app.jar", "digest", Map.of(subject.algorithm().label(), subject.hex())));
    }
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("_type", STATEMENT);
    statement.put("predicateType", predicateType);
    statement.put("subject", list);
    statement.put("predicate", Map.of("builder", "ours"));
    return statement;
  }

  byte[] signed(Map<String, ?> statement) {
    return json(envelope(IN_TOTO, json(statement), this));
  }

  static Map<String, Object> bundle(String content, Object value) {
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("mediaType", BUNDLE);
    bundle.put("verificationMaterial", Map.of("publicKey", Map.of("hint", "aGludA==")));
    bundle.put(content, value);
    return bundle;
  }

  /** As {@code cosign sign --key} of version 3 makes it. */
  byte[] imageBundle(Digest image) {
    Map<String, Object> statement = statement(IMAGE_PREDICATE, image);
    statement.put(
        "subject",
        List.of(
            Map.of("digest", Map.of("sha256", image.hex()), "annotations", Map.of("env", "prod"))));
    return json(bundle("dsseEnvelope", envelope(IN_TOTO, json(statement), this)));
  }

  /** The payload of {@code cosign sign --key} before version 3. */
  static byte[] simpleSigning(String repository, Digest image) {
    return ("{\"critical\":{\"identity\":{\"docker-reference\":\""
            + repository
            + "\"},\"image\":{\"docker-manifest-digest\":\""
            + image.oci()
            + "\"},\"type\":\"cosign container image signature\"},\"optional\":{\"env\":\"prod\"}}")
        .getBytes(UTF_8);
  }

  static byte[] json(Map<String, ?> members) {
    return JsonWriter.write(members).getBytes(UTF_8);
  }
}
