package io.bartizan.integrity.jwt;

import java.security.Provider;
import org.jspecify.annotations.Nullable;

/**
 * The Amazon Corretto Crypto Provider, where the application put it on its class path and its
 * native part loads; used as an instance, never installed.
 */
final class Accp {

  private static final String NAME =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
  private static final @Nullable Provider INSTANCE = load();

  private Accp() {}

  /** Null if it is not there or does not offer the algorithm. */
  static @Nullable Provider forAlgorithm(JwsAlgorithm algorithm) {
    return INSTANCE != null && INSTANCE.getService("Signature", algorithm.jca) != null
        ? INSTANCE
        : null;
  }

  private static @Nullable Provider load() {
    try {
      Class<?> type = Class.forName(NAME);
      Provider provider = (Provider) type.getField("INSTANCE").get(null);
      Object problem = type.getMethod("getLoadingError").invoke(provider);
      return problem == null ? provider : null;
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }
}
