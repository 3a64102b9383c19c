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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All that the service reads, each followed by the library's own means. */
final class Sources implements HealthSource, AutoCloseable {

  private final Settings settings;
  private final Meters meters;
  private final Source<ServerTls> tls;
  private final Source<Rotating<JwtVerifier>> tokens;
  private final Source<Rotating<MacKeyRing>> cartKeys;
  private final Source<Rotating<ApiKeys>> apiKeys;
  private final Source<Limits> limits;
  private final @Nullable Source<Rotating<Manifest>> artifacts;
  private final HealthSource health;

  Sources(Settings settings, Meters meters) {
    this.settings = settings;
    this.meters = meters;
    Settings.Files files = settings.files();
    tls = new Source<>("tls", this::openTls, ServerTls::close);
    tokens =
        rotating(
            "token keys", files.tokenKeys(), SecretSource.file(files.tokenKeys()), this::verifier);
    cartKeys =
        rotating(
            "cart keys", files.cartKeys(), MacKeyRing.folder(files.cartKeys()), MacKeyRing::parse);
    apiKeys =
        rotating("api keys", files.apiKeys(), SecretSource.file(files.apiKeys()), ApiKeys::parse);
    limits = new Source<>("redis", this::openLimits, Limits::close);
    Path folder = files.artifacts();
    artifacts =
        folder == null
            ? null
            : rotating(
                "artifacts",
                folder,
                () -> manifest(folder.resolve("SHA256SUMS")),
                text -> text.lend(Manifest::parse));
    Map<String, Source<?>> parts = new LinkedHashMap<>();
    all().forEach(source -> parts.put(source.name(), source));
    health = HealthSource.all(parts);
  }

  private <T> Source<Rotating<T>> rotating(
      String name, Path place, SecretSource source, Function<SecretBytes, T> maker) {
    return new Source<>(
        name,
        () -> {
          try {
            Rotating<T> opened = Rotating.of(source, maker, settings.every());
            meters.watch(opened, name.replace(' ', '-'));
            return opened;
          } catch (IllegalArgumentException refused) {
            throw new IOException(place + ": " + refused.getMessage(), refused);
          }
        },
        Rotating::close);
  }

  private ServerTls openTls() {
    TlsLayout layout = TlsLayout.kubernetesSecret(settings.files().tls());
    PeerPolicy peers = PeerPolicy.file(settings.files().peers());
    ServerTls opened =
        ServerTls.builder(layout.identity(), layout.anchors(), peers)
            .withReload(settings.every())
            .withListener(meters.tls())
            .build();
    meters.tls().watch(opened);
    return opened;
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
    }
  }

  List<Source<?>> all() {
    List<Source<?>> all = new ArrayList<>(List.of(tls, tokens, cartKeys, apiKeys, limits));
    if (artifacts != null) {
      all.add(artifacts);
    }
    return all;
  }

  @Override
  public Health health() {
    return health.health();
  }

  boolean areOpen() {
    return all().stream().allMatch(Source::isOpen);
  }

  /** Once all are open. */
  Gateway.Guards guards() {
    return new Gateway.Guards(
        tls.get().sslContext(),
        limits.get().limiter(),
        apiKeys.get(),
        tokens.get(),
        SignedValues.builder("cart", cartKeys.get(), Duration.ofHours(1))
            .withListener(meters.integrity())
            .build(),
        store());
  }

  private ArtifactStore store() {
    Path folder = settings.files().artifacts();
    if (folder == null || artifacts == null) {
      return ArtifactStore.empty();
    }
    Rotating<Manifest> manifest = artifacts.get();
    return new ArtifactStore(folder, () -> manifest.get().entries());
  }

  @Override
  public void close() {
    all().forEach(Source::close);
  }
}
