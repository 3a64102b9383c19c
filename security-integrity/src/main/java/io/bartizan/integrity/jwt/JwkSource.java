package io.bartizan.integrity.jwt;

import java.util.concurrent.CompletionStage;

/**
 * A source of a JWK set other than a plain request: a database, a secrets manager, a client of its
 * own. {@link RemoteJwks#of(String, JwkSource)} asks it by the rules that hold for an endpoint: one
 * call at a time, at most one in each interval, each limited in time, and the last good set serves
 * on while it fails.
 *
 * <pre>{@code
 * RemoteJwks keys = RemoteJwks.of("vault", () -> vault.readAsync("jwks"));
 * }</pre>
 */
@FunctionalInterface
public interface JwkSource {

  /**
   * Gets the set as it is now. Called on a thread that verifies: it must begin and return, and the
   * stage must complete on a thread of the source's own.
   *
   * @return completes with the JSON text of a JWK set, or exceptionally if it can't be got now
   */
  CompletionStage<String> get();
}
