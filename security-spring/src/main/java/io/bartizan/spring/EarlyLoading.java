package io.bartizan.spring;

import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.TrustedIssuer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Loads what a JWT verifier of elliptic curves needs on a thread of its own while the application
 * starts, as Spring Boot does with its own: Bouncy Castle's first class takes longest, since its
 * jar is signed.
 *
 * <p>It decides nothing. What fails here fails again where the settings are read, in words; whoever
 * needs a class that is being loaded waits for it as ever.
 */
final class EarlyLoading implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

  static final String THREAD = "bartizan-early-loading";

  /** The public key of the example of RFC 7515, appendix A.3. */
  private static final String ANY_KEY =
      "{\"kty\":\"EC\",\"crv\":\"P-256\","
          + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
          + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    Thread unused = started(event.getEnvironment(), Runtime.getRuntime().availableProcessors());
  }

  /** The thread, or null where none is of use. */
  static @Nullable Thread started(Environment environment, int processors) {
    if (processors < 2 || !isOfCurves(environment)) {
      return null;
    }
    Thread thread = new Thread(EarlyLoading::load, THREAD);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static boolean isOfCurves(Environment environment) {
    String property = "bartizan.jwt.algorithms";
    try {
      return OnSettings.isSet(environment, property)
          && Binder.get(environment)
              .bind(property, Bindable.listOf(String.class))
              .orElse(List.of())
              .stream()
              .anyMatch(name -> name.startsWith("E"));
    } catch (RuntimeException e) {
      return false; // the settings are read again, and told what is wrong with them
    }
  }

  @SuppressWarnings("CatchThrowable") // half a jar fails in many ways, and is told elsewhere
  private static void load() {
    try {
      JwtVerifier unused =
          JwtVerifier.of(
              TrustedIssuer.of("https://issuer.invalid", JwtKeys.jwk(ANY_KEY), JwsAlgorithm.ES256),
              "any");
    } catch (Throwable e) {
      // the verifier of the settings says so
    }
  }
}
