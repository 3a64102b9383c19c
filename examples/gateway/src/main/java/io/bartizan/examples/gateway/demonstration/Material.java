package io.bartizan.examples.gateway.demonstration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.artifact.ManifestFormat;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What a real service is given by its operators, made for a run: certificates, the issuer's keys,
 * the key ring of carts, API keys and artifacts, as files that {@code serve} reads; and beside them
 * what only visitors have: their certificates, and the issuer's private key.
 */
public final class Material {

  static final String ES256_KEY = "es256-2026";
  static final String RS256_KEY = "rs256-2026";
  static final String CART_KEY = "2026-11-29";
  static final String CLIENT_ID = "spiffe://gateway.example/client/shop";
  static final String STRANGER_ID = "spiffe://elsewhere.example/client/shop";

  public static final String ISSUER = "https://issuer.gateway.example";
  public static final String AUDIENCE = "gateway";
  public static final String SHOP_KEY = "key-shop";
  public static final String FLOOD_KEY = "key-flood";

  private final Path folder;

  private Material(Path folder) {
    this.folder = folder;
  }

  /** Makes everything anew in a folder. */
  public static Material make(Path folder) throws IOException, GeneralSecurityException {
    return make(folder, DevCa.of("Gateway demonstration root"));
  }

  /** Makes everything anew in a folder, with certificates of this authority. */
  public static Material make(Path folder, DevCa ca) throws IOException, GeneralSecurityException {
    Material material = new Material(folder);
    material.writeCertificates(ca);
    material.writeTokenKeys();
    material.writeSecrets();
    material.writeArtifacts();
    return material;
  }

  /** What another process made. */
  public static Material of(Path folder) {
    return new Material(folder);
  }

  private void writeCertificates(DevCa ca) throws IOException {
    ca.writeCertificate(file("ca.pem"));
    DevCertificate server =
        ca.leaf("gateway").dns("localhost").dns("gateway").ip("127.0.0.1").forServer().issue();
    write("server", server);
    write("client", ca.leaf("shop").uri(CLIENT_ID).forClient().issue());
    write("stranger", ca.leaf("shop").uri(STRANGER_ID).forClient().issue());
    Files.createDirectory(tls());
    Files.copy(file("server.pem"), tls().resolve("tls.crt"));
    Files.copy(file("server-key.pem"), tls().resolve("tls.key"));
    Files.copy(file("ca.pem"), tls().resolve("ca.crt"));
    Files.writeString(peers(), "spiffeId(" + CLIENT_ID + ")\n");
  }

  private void write(String name, DevCertificate certificate) throws IOException {
    Files.writeString(file(name + ".pem"), certificate.chainPem());
    Files.writeString(file(name + "-key.pem"), certificate.privateKeyPem());
  }

  private void writeTokenKeys() throws IOException, GeneralSecurityException {
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair es256 = ec.generateKeyPair();
    KeyPair rs256 = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    Files.writeString(
        file("issuer-key.pem"), Pem.encode("PRIVATE KEY", es256.getPrivate().getEncoded()));
    Files.write(file("issuer-rsa.der"), rs256.getPublic().getEncoded());
    Files.writeString(
        tokenKeys(),
        SigningKey.publicJwkSet(
            List.of(
                SigningKey.of(JwsAlgorithm.ES256, es256.getPrivate())
                    .withPublicKey(es256.getPublic())
                    .withKeyId(ES256_KEY),
                SigningKey.of(JwsAlgorithm.RS256, rs256.getPrivate()).withKeyId(RS256_KEY))));
  }

  private void writeSecrets() throws IOException {
    Files.createDirectory(cartKeys());
    try (SecretBytes key = SecretBytes.random(32)) {
      Files.writeString(
          cartKeys().resolve(CART_KEY),
          Base64.getEncoder().encodeToString(key.exposedCopy()) + "\n");
    }
    Files.writeString(apiKeys(), "# the shop's\n" + SHOP_KEY + "\n" + FLOOD_KEY + "\n");
  }

  private void writeArtifacts() throws IOException {
    Files.createDirectory(artifacts());
    byte[] tool = "#!/bin/sh\necho the artifact we meant\n".getBytes(UTF_8);
    Digest digest = Digest.sha256Of(tool);
    Files.write(artifacts().resolve("tool"), tool);
    Files.writeString(artifacts().resolve("tampered"), "#!/bin/sh\necho something else\n");
    Files.write(
        artifacts().resolve("SHA256SUMS"),
        Manifest.of(Map.of("tool", digest, "tampered", digest)).format(ManifestFormat.GNU));
  }

  public Path file(String name) {
    return folder.resolve(name);
  }

  public Path tls() {
    return file("tls");
  }

  public Path peers() {
    return file("peers");
  }

  public Path tokenKeys() {
    return file("jwks.json");
  }

  public Path cartKeys() {
    return file("cart-keys");
  }

  public Path apiKeys() {
    return file("api-keys");
  }

  public Path artifacts() {
    return file("artifacts");
  }
}
