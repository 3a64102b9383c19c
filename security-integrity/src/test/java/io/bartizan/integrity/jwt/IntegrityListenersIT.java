package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.RotationListener;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Downloads;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.FileBatch;
import io.bartizan.integrity.artifact.FileReport;
import io.bartizan.integrity.artifact.FileResult;
import io.bartizan.integrity.artifact.ProgressListener;
import io.bartizan.integrity.artifact.VerifiedFile;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.integrity.tuf.FreshTarget;
import io.bartizan.integrity.tuf.TufListeners;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.ListenerContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class IntegrityListenersIT extends ListenerContract {

  private static final SecretBytes SECRET = SecretBytes.random(32);
  private static final byte[] CONTENT = "content".getBytes(UTF_8);
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);

  @TempDir Path folder;
  private JwksServer server;

  @BeforeEach
  void start() throws Exception {
    server = new JwksServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Override
  protected List<Teller<?>> tellers() {
    return List.of(
        new Teller<>(JwtVerifier.class, IntegrityListener.class, IntegrityListenersIT::tokens),
        new Teller<>(RemoteJwks.class, IntegrityListener.class, this::keys),
        new Teller<>(RemoteIssuers.class, IntegrityListener.class, IntegrityListenersIT::issuers),
        new Teller<>(SignedValues.class, IntegrityListener.class, IntegrityListenersIT::values),
        new Teller<>(
            WebhookVerifier.class, IntegrityListener.class, IntegrityListenersIT::webhooks),
        new Teller<>(Downloads.class, ProgressListener.class, this::download),
        new Teller<>(FileBatch.class, ProgressListener.class, this::files),
        new Teller<>(
            FreshTarget.class,
            RotationListener.class,
            listeners -> TufListeners.play(folder, listeners)));
  }

  private static List<Boolean> tokens(List<IntegrityListener> listeners) {
    JwtVerifier.Builder builder =
        JwtVerifier.builder(
            TrustedIssuer.of("https://issuer", JwtKeys.secret(HS256, SECRET), HS256), "api");
    for (IntegrityListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    JwtVerifier verifier = builder.build();
    String token =
        JwtSigner.of("https://issuer", Duration.ofMinutes(5), SigningKey.secret(HS256, SECRET))
            .sign(JwtClaims.forAudience("api"));
    return List.of(verifier.check(token).isAccepted(), verifier.check("a.b").isAccepted());
  }

  private List<Object> keys(List<IntegrityListener> listeners) throws Exception {
    ManualTicker ticker = new ManualTicker();
    RemoteJwks.Builder builder = server.keys(ticker);
    for (IntegrityListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    server.fail(500);
    try (RemoteJwks keys = builder.build()) {
      boolean failed = keys.load();
      server.publish(EcJwk.of(Keys.publicKey(ES256), "a"));
      ticker.advance(Duration.ofMinutes(5));
      return List.of(failed, keys.load(), keys.health().status());
    }
  }

  private static List<Object> issuers(List<IntegrityListener> listeners) throws Exception {
    try (TenantServer provider = new TenantServer()) {
      provider.open("a", 0);
      RemoteIssuers.Builder builder = provider.issuers();
      for (IntegrityListener listener : listeners) {
        builder = builder.withListener(listener);
      }
      try (RemoteIssuers issuers = builder.build()) {
        boolean failed = issuers.load(provider.issuer("unknown"));
        return List.of(failed, issuers.load(provider.issuer("a")), issuers.health().status());
      }
    }
  }

  private static List<Boolean> values(List<IntegrityListener> listeners) {
    SignedValues.Builder builder =
        SignedValues.builder("invite", MacKeyRing.of(SECRET), Duration.ofHours(1));
    for (IntegrityListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    SignedValues values = builder.build();
    return List.of(
        values.check(values.sign("x")).isAccepted(), values.check("broken").isAccepted());
  }

  private static boolean webhooks(List<IntegrityListener> listeners) {
    WebhookVerifier.Builder builder = WebhookVerifier.builder(WebhookScheme.slack(SECRET));
    for (IntegrityListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    return builder.build().check(name -> "x", CONTENT).isAccepted();
  }

  private String download(List<ProgressListener> listeners) throws Exception {
    Downloads.Builder builder = Downloads.builder(server.client());
    for (ProgressListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    server.say("content");
    Path target = folder.resolve("target");
    Files.deleteIfExists(target);
    Expected expected = Expected.of(DIGEST).withSize(CONTENT.length);
    try (VerifiedFile file = builder.build().fetch(server.uri(), expected, target)) {
      return new String(file.readAllBytes(), UTF_8);
    }
  }

  private List<Boolean> files(List<ProgressListener> listeners) throws Exception {
    FileBatch.Builder builder = FileBatch.builder().withThreads(1);
    for (ProgressListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    Path good = Files.write(folder.resolve("good"), CONTENT);
    Path bad = Files.write(folder.resolve("bad"), new byte[1]);
    FileReport report =
        builder.build().check(Map.of(good, Expected.of(DIGEST), bad, Expected.of(DIGEST)));
    return report.files().stream().map(FileResult::isAccepted).sorted().toList();
  }
}
