package io.bartizan.mtls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
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
    String family = KeyMaterial.family(entry.material().key());
    for (String keyType : keyTypes) {
      if (matches(keyType, family)) {
        return entry.alias();
      }
    }
    return null;
  }

  /** JSSE's key types: RSA, EC, EdDSA, RSASSA-PSS, EC_EC, EC_RSA; Bouncy Castle's: Ed25519. */
  private static boolean matches(String keyType, String family) {
    String type = keyType.startsWith("EC_") ? "EC" : keyType;
    return type.equals(family)
        || (family.equals("EdDSA") && (type.equals("Ed25519") || type.equals("Ed448")));
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
