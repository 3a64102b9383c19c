package io.bartizan.mtls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Offers one key and its chain. The alias names the generation, so that a key and a chain that are
 * asked for one after the other are of one reading even if a reload comes between (grpc-java
 * 12485).
 */
final class GenerationKeyManager extends X509ExtendedKeyManager {

  private final Supplier<KeyEntry> current;
  private final Function<String, @Nullable KeyEntry> byAlias;

  /** A key under its alias. */
  record KeyEntry(String alias, KeyMaterial material) {}

  GenerationKeyManager(Supplier<KeyEntry> current, Function<String, @Nullable KeyEntry> byAlias) {
    this.current = current;
    this.byAlias = byAlias;
  }

  static GenerationKeyManager fixed(KeyEntry entry) {
    return new GenerationKeyManager(
        () -> entry, alias -> alias.equals(entry.alias()) ? entry : null);
  }

  private @Nullable String choose(String... keyTypes) {
    KeyEntry entry = current.get();
    for (String keyType : keyTypes) {
      if (!entry.material().chain().isEmpty() && matches(keyType, entry.material())) {
        return entry.alias();
      }
    }
    return null;
  }

  /**
   * JSSE's key types are RSA, EC, EdDSA, RSASSA-PSS and EC_RSA; Bouncy Castle's also Ed25519,
   * EC/secp256r1 and ECDHE_ECDSA.
   */
  private static boolean matches(String keyType, KeyMaterial material) {
    PublicKey key = material.leaf().getPublicKey();
    String family = KeyTrial.family(material.key());
    if (keyType.startsWith("EC/")) {
      return key instanceof ECKey ec
          && keyType.equals("EC/secp" + ec.getParams().getOrder().bitLength() + "r1");
    }
    return switch (keyType) {
      case "Ed25519", "Ed448" ->
          key.getAlgorithm().equals(keyType)
              || (key instanceof EdECKey ed && ed.getParams().getName().equals(keyType));
      case "ECDHE_ECDSA", "EC_EC", "EC_RSA" -> family.equals("EC");
      case "ECDHE_RSA" -> family.equals("RSA");
      default -> keyType.equals(family);
    };
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(keyType);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return getServerAliases(keyType, issuers);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = choose(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    KeyEntry entry = byAlias.apply(alias);
    return entry == null ? null : entry.material().chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    KeyEntry entry = byAlias.apply(alias);
    return entry == null ? null : entry.material().key();
  }
}
