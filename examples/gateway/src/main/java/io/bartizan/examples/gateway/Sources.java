package io.bartizan.examples.gateway;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Rotating;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.SecretSource;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsLayout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that the service reads, each followed by the library's own means, also where it is missing or
 * bad at the start.
 */
final class Sources implements HealthSource, AutoCloseable {

  private final Settings settings;
  private final Meters meters;
  private final Map<String, HealthSource> parts = new LinkedHashMap<>();
  private final ServerTls tls;
  private final Rotating<JwtVerifier> tokens;
  private final Rotating<MacKeyRing> cartKeys;
  private final Rotating<ApiKeys> apiKeys;
  private final Attempt<Limits> limits;
  private final @Nullable Rotating<Manifest> artifacts;
  private final HealthSource health;

  Sources(Settings settings, Meters meters) throws IOException {
    this.settings = settings;
    this.meters = meters;
    Settings.Files files = settings.files();
    tls = tls();
    tokens =
        rotating(
            "token keys", files.tokenKeys(), SecretSource.file(files.tokenKeys()), this::verifier);
    cartKeys =
        rotating(
            "cart keys", files.cartKeys(), MacKeyRing.folder(files.cartKeys()), MacKeyRing::parse);
    apiKeys =
        rotating("api keys", files.apiKeys(), SecretSource.file(files.apiKeys()), ApiKeys::parse);
    limits = followed("redis", new Attempt<>("redis", this::openLimits, Limits::close));
    Path folder = files.artifacts();
    artifacts =
        folder == null
            ? null
            : rotating(
                "artifacts",
                folder,
                () -> manifest(folder.resolve("SHA256SUMS")),
                text -> text.lend(Manifest::parse));
    health = HealthSource.all(parts);
  }

  private <P extends HealthSource> P followed(String name, P part) {
    parts.put(name, part);
    return part;
  }

  private <T> Rotating<T> rotating(
      String name, Path place, SecretSource source, Function<SecretBytes, T> maker)
      throws IOException {
    Function<SecretBytes, T> placed =
        secret -> {
          try {
            return maker.apply(secret);
          } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(place + ": " + refused.getMessage(), refused);
          }
        };
    Rotating<T> opened =
        Rotating.<T>builder(source, placed, settings.every()).withStartBeforeSecret().build();
    meters.watch(opened, name.replace(' ', '-'));
    return followed(name, opened);
  }

  private ServerTls tls() {
    TlsLayout layout = TlsLayout.kubernetesSecret(settings.files().tls());
    PeerPolicy peers = PeerPolicy.file(settings.files().peers());
    ServerTls opened =
        ServerTls.builder(layout.identity(), layout.anchors(), peers)
            .withReload(settings.every())
            .withListener(meters.tls())
            .withStartBeforeMaterial()
            .build();
    meters.tls().watch(opened);
    return followed("tls", opened);
  }

  private JwtVerifier verifier(SecretBytes jwkSet) {
    JwtKeys keys = JwtKeys.jwkSet(jwkSet.lend(bytes -> new String(bytes, UTF_8)));
    TrustedIssuer issuer = TrustedIssuer.of(settings.issuer(), keys, ES256, RS256);
    return JwtVerifier.builder(issuer, settings.audience())
        .withListener(meters.integrity())
        .build();
  }

  private Limits openLimits() {
    Settings.Redis redis = settings.redis();
    return redis == null
        ? Limits.inMemory(meters)
        : RedisLimits.open(redis, meters, settings.every());
  }

  /** No secret, but followed in the same way. */
  private static SecretBytes manifest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return SecretBytes.copyOf(in.readNBytes(Manifest.MAX_BYTES + 1));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no " + file, e);
    }
  }

  /** By what each is called in a probe's answer. */
  Map<String, HealthSource> parts() {
    return parts;
  }

  /** What is not followed by the library, and tried again until it is there. */
  Attempt<Limits> limits() {
    return limits;
  }

  @Override
  public Health health() {
    return health.health();
  }

  /** Whether everything was there once; none of it is lost again. */
  boolean areThere() {
    return limits.isOpen()
        && parts.values().stream()
            .filter(part -> part != limits)
            .allMatch(part -> part.health().status() != Health.Status.DOWN);
  }

  /** Once all are there. */
  Gateway.Guards guards() {
    return new Gateway.Guards(
        tls.sslContext(),
        limits.get().limiter(),
        apiKeys,
        tokens,
        SignedValues.builder("cart", cartKeys, Duration.ofHours(1))
            .withListener(meters.integrity())
            .build(),
        store());
  }

  private ArtifactStore store() {
    Path folder = settings.files().artifacts();
    if (folder == null || artifacts == null) {
      return ArtifactStore.empty();
    }
    Rotating<Manifest> manifest = artifacts;
    return new ArtifactStore(folder, () -> manifest.get().entries());
  }

  @Override
  public void close() {
    tls.close();
    tokens.close();
    cartKeys.close();
    apiKeys.close();
    limits.close();
    if (artifacts != null) {
      artifacts.close();
    }
  }
}
