package io.bartizan.examples.gateway;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.util.Set;

/**
 * What a real service is given by its operators, made for this run: certificates, the issuer's
 * keys, the key ring of carts, API keys and artifacts. It lies in one folder that ends with the
 * run.
 */
final class Material {

  static final String ISSUER = "https://issuer.gateway.example";
  static final String AUDIENCE = "gateway";
  static final String ES256_KEY = "es256-2026";
  static final String RS256_KEY = "rs256-2026";
  static final String CLIENT_ID = "spiffe://gateway.example/client/shop";
  static final String STRANGER_ID = "spiffe://elsewhere.example/client/shop";
  static final String SHOP_KEY = "key-shop";
  static final String FLOOD_KEY = "key-flood";

  private final Path folder;
  private final DevCa ca = DevCa.of("Gateway demonstration root");
  private final KeyPair es256;
  private final KeyPair rs256;
  private final MacKeyRing carts = MacKeyRing.of(SecretBytes.random(32));
  private final Digest toolDigest;

  Material(Path folder) throws IOException, GeneralSecurityException {
    this.folder = folder;
    ca.writeCertificate(folder.resolve("ca.pem"));
    write("server", ca.leaf("gateway").dns("localhost").ip("127.0.0.1").forServer().issue());
    write("client", ca.leaf("shop").uri(CLIENT_ID).forClient().issue());
    write("stranger", ca.leaf("shop").uri(STRANGER_ID).forClient().issue());
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp256r1"));
    es256 = ec.generateKeyPair();
    rs256 = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    Files.createDirectory(artifacts());
    byte[] tool = "#!/bin/sh\necho the artifact we meant\n".getBytes(StandardCharsets.UTF_8);
    toolDigest = Digest.sha256Of(tool);
    Files.write(artifacts().resolve("tool"), tool);
    Files.writeString(artifacts().resolve("tampered"), "#!/bin/sh\necho something else\n");
  }

  private void write(String name, DevCertificate certificate) throws IOException {
    Files.writeString(folder.resolve(name + ".pem"), certificate.chainPem());
    Files.writeString(folder.resolve(name + "-key.pem"), certificate.privateKeyPem());
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  Path artifacts() {
    return folder.resolve("artifacts");
  }

  /** What both artifacts should be: the second was changed on disk. */
  Digest digestOf(String artifact) {
    return toolDigest;
  }

  Set<String> artifactNames() {
    return Set.of("tool", "tampered");
  }

  Set<String> apiKeys() {
    return Set.of(SHOP_KEY, FLOOD_KEY);
  }

  KeyPair es256() {
    return es256;
  }

  KeyPair rs256() {
    return rs256;
  }

  /** Roots alone: what a visitor without a certificate trusts. */
  KeyStore roots() {
    return ca.trustStore();
  }

  MacKeyRing carts() {
    return carts;
  }
}
