package io.bartizan.examples.gateway;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What {@code serve} was told; nothing of it is a secret, secrets are in the files.
 *
 * @param address of the mutual TLS listener
 * @param probes of the plain one
 * @param files where the material lies
 * @param issuer whose tokens count
 * @param audience whom they must be for
 * @param redis where limits are counted; null in memory
 * @param drain how the service ends
 * @param every how often files are looked at, and what is missing is tried again
 */
record Settings(
    InetSocketAddress address,
    InetSocketAddress probes,
    Files files,
    String issuer,
    String audience,
    @Nullable Redis redis,
    Drain drain,
    Duration every) {

  static final Duration EVERY = Duration.ofSeconds(2);

  /**
   * The files and folders of the material.
   *
   * @param tls {@code tls.crt}, {@code tls.key} and {@code ca.crt}
   * @param peers the peer policy
   * @param tokenKeys a JWK set
   * @param cartKeys a key a file
   * @param apiKeys a key a line
   * @param artifacts files and {@code SHA256SUMS}; null serves none
   */
  record Files(
      Path tls,
      Path peers,
      Path tokenKeys,
      Path cartKeys,
      Path apiKeys,
      @Nullable Path artifacts) {}

  /**
   * How Redis is reached.
   *
   * @param uri {@code redis} or {@code rediss}, without user or password
   * @param tls {@code tls.crt}, {@code tls.key} and {@code ca.crt} of the client; null without
   * @param user of Redis' access control lists; null is the default user
   * @param password the file that holds it; null without
   */
  record Redis(String uri, @Nullable Path tls, @Nullable String user, @Nullable Path password) {}

  /**
   * How the service ends.
   *
   * @param delay new requests are still served so long, until everybody knows that it is not ready
   * @param most open requests are waited for so long after that
   */
  record Drain(Duration delay, Duration most) {}
}
