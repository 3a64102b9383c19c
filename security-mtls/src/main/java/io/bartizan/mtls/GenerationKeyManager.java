package io.bartizan.mtls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Offers the keys and chains of a generation. The alias names the generation, so that a key and a
 * chain that are asked for one after the other are of one reading even if a reload comes between
 * (grpc-java 12485).
 */
final class GenerationKeyManager extends X509ExtendedKeyManager {

  private final Supplier<@Nullable Identities> current;
  private final Function<String, Identities.@Nullable Shown> byAlias;

  GenerationKeyManager(
      Supplier<@Nullable Identities> current,
      Function<String, Identities.@Nullable Shown> byAlias) {
    this.current = current;
    this.byAlias = byAlias;
  }

  static GenerationKeyManager fixed(Identities identities) {
    return new GenerationKeyManager(() -> identities, identities::ofAlias);
  }

  /** Null where no key fits, and before there is one. */
  private @Nullable String alias(Function<Identities, Identities.@Nullable Shown> choice) {
    Identities identities = current.get();
    Identities.Shown shown = identities == null ? null : choice.apply(identities);
    return shown == null ? null : shown.alias();
  }

  private static @Nullable ExtendedSSLSession session(@Nullable SSLEngine engine) {
    return engine != null && engine.getHandshakeSession() instanceof ExtendedSSLSession session
        ? session
        : null;
  }

  private static @Nullable ExtendedSSLSession session(@Nullable Socket socket) {
    return socket instanceof SSLSocket ssl
            && ssl.getHandshakeSession() instanceof ExtendedSSLSession session
        ? session
        : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(all -> all.forServer(keyType, issuers, session(engine)));
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(all -> all.forClient(keyType, session(engine)));
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(all -> all.forServer(keyType, issuers, session(socket)));
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(all -> all.forClient(keyType, session(socket)));
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(alias(all -> all.forServer(new String[] {keyType}, issuers, null)));
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(alias(all -> all.forClient(keyType, null)));
  }

  private static String @Nullable [] aliases(@Nullable String alias) {
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Identities.Shown shown = byAlias.apply(alias);
    return shown == null ? null : shown.material().chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Identities.Shown shown = byAlias.apply(alias);
    return shown == null ? null : shown.material().key();
  }
}
