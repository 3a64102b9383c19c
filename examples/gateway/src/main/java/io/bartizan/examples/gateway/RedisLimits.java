package io.bartizan.examples.gateway;

import io.bartizan.core.Health;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TlsLayout;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.redis.FailurePolicy;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits that all instances share on Redis, over mutual TLS, as a user with a password. Certificate
 * and password are read for each new connection, so both can be rotated.
 */
final class RedisLimits implements Limits {

  /**
   * Names by the JVM's cache, which forgets after 30 s. Netty's keeps what the name server says,
   * which may be a day, so that a Redis that returns under another address would not be found.
   */
  private static final ClientResources RESOURCES =
      DefaultClientResources.builder()
          .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
          .build();

  private final @Nullable ClientTls tls;
  private final RedisClient client;
  private final RedisRateLimiter limiter;

  private RedisLimits(@Nullable ClientTls tls, RedisClient client, RedisRateLimiter limiter) {
    this.tls = tls;
    this.client = client;
    this.limiter = limiter;
  }

  /** Fails for what waiting alone does not mend; a Redis that is down is told by the health. */
  static RedisLimits open(Settings.Redis settings, Meters meters, Duration every) {
    RedisURI uri = RedisURI.create(settings.uri());
    ClientTls tls = uri.isSsl() ? clientTls(settings, meters, every) : null;
    RedisClient client = null;
    try {
      client = RedisClient.create(RESOURCES, withCredentials(uri, settings));
      client.setOptions(options(tls));
      RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, RateLimits.PER_KEY)
              .withKeyPrefix("gateway")
              .withConnectTimeout(Duration.ofSeconds(3))
              .withTimeout(Duration.ofMillis(500))
              .withFailurePolicy(FailurePolicy.failClosed())
              .withListener(meters.limits())
              .build();
      meters.limits().watch(limiter);
      return new RedisLimits(tls, client, limiter);
    } catch (RuntimeException e) {
      close(client, tls);
      throw e;
    }
  }

  private static ClientTls clientTls(Settings.Redis settings, Meters meters, Duration every) {
    ClientTls tls;
    if (settings.tls() == null) {
      tls = ClientTls.anonymous(TrustAnchors.systemRoots(), PeerPolicy.requestedHost());
    } else {
      TlsLayout files = TlsLayout.kubernetesSecret(settings.tls());
      tls =
          ClientTls.builder(files.identity(), files.anchors(), PeerPolicy.requestedHost())
              .withReload(every)
              .withListener(meters.redisTls())
              .withStartBeforeMaterial()
              .build();
    }
    meters.redisTls().watch(tls);
    return tls;
  }

  private static RedisURI withCredentials(RedisURI uri, Settings.Redis settings) {
    if (settings.password() != null) {
      SecretSource file = SecretSource.file(settings.password());
      uri.setCredentialsProvider(
          RedisCredentialsProvider.from(() -> credentials(settings.user(), file)));
    }
    return uri;
  }

  private static RedisCredentials credentials(@Nullable String user, SecretSource file) {
    try (SecretBytes password = file.read()) {
      String text = password.lend(bytes -> new String(bytes, StandardCharsets.UTF_8));
      return RedisCredentials.just(user, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** The managers follow every reload, and Lettuce makes a context of them for each connection. */
  private static ClientOptions options(@Nullable ClientTls tls) {
    ClientOptions.Builder options = ClientOptions.builder();
    if (tls != null) {
      options.sslOptions(
          SslOptions.builder()
              .jdkSslProvider()
              .keyManager(tls.keyManagerFactory())
              .trustManager(tls.trustManagerFactory())
              .build());
    }
    return options.build();
  }

  @Override
  public KeyedRateLimiter limiter() {
    return limiter.blocking();
  }

  /** That of the certificate where there is none; else the worse of both. */
  @Override
  public Health health() {
    Health decides = limiter.health();
    if (tls == null) {
      return decides;
    }
    Health certificate = tls.health();
    String shown = "client certificate: " + certificate.detail();
    if (tls.generation() == 0) {
      return Health.down(shown);
    }
    return decides.status() == Health.Status.DOWN || certificate.status() == Health.Status.UP
        ? decides
        : Health.degraded(shown);
  }

  @Override
  public void close() {
    limiter.close();
    close(client, tls);
  }

  private static void close(@Nullable RedisClient client, @Nullable ClientTls tls) {
    if (client != null) {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
    if (tls != null) {
      tls.close();
    }
  }
}
