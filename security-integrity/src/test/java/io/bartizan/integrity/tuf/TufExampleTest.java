package io.bartizan.integrity.tuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.attest.sigstore.IdentityPolicy;
import io.bartizan.integrity.attest.sigstore.SignerSubject;
import io.bartizan.integrity.attest.sigstore.SigstoreReason;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import io.bartizan.integrity.attest.sigstore.TrustedRoot;
import io.bartizan.integrity.attest.sigstore.VerifiedBundle;
import io.bartizan.testkit.ManualInstantSource;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of the Javadoc, of docs/guides/tuf.md and of docs/guides/sigstore.md, compiled and
 * run.
 */
class TufExampleTest {

  private static final String ROOT =
      "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\"}";

  @TempDir Path folder;
  private final ManualInstantSource clock = new ManualInstantSource(TestRepository.NOW);

  private TestRepository repository() throws Exception {
    TestRepository repository = new TestRepository(folder.resolve("repository"));
    repository.targets.targets.put("policy/admission.json", "{}".getBytes(UTF_8));
    repository.targets.targets.put("trusted_root.json", ROOT.getBytes(UTF_8));
    return repository.publish();
  }

  @Test
  void client_example() throws Exception {
    TestRepository repository = repository();
    byte[] root = repository.rootBytes();
    HttpClient client = HttpClient.newHttpClient();
    TufSource cdn =
        TufSource.of(
            client,
            URI.create("https://tuf-repo-cdn.sigstore.dev/"),
            URI.create("https://tuf-repo-cdn.sigstore.dev/targets/"));
    assertThat(cdn.toString()).contains("https://tuf-repo-cdn.sigstore.dev/targets/");

    TufClient tuf =
        TufClient.builder(root, repository.source(), folder.resolve("trust"))
            .withClock(clock)
            .build();
    tuf.refresh();
    VerifiedTarget policy = tuf.verifyTarget("policy/admission.json");

    assertThat(policy.bytes()).isEqualTo("{}".getBytes(UTF_8));
    assertThat(policy.digest().hex()).isEqualTo(RoleSigner.hex256("{}"));
    assertThat(policy.role()).isEqualTo("targets");
    assertThat(policy.confirmedAt()).isEqualTo(TestRepository.NOW);
    assertThat(policy.expiresAt()).isEqualTo(repository.timestampExpires);
    assertThat(policy.toString()).contains("policy/admission.json, 2 bytes, by targets");
    TufRefusals.refused(TufReason.TARGET_UNKNOWN, () -> tuf.verifyTarget("policy/other.json"));
  }

  @Test
  void sigstore_example() throws Exception {
    TestRepository repository = repository();
    TufClient tuf =
        TufClient.builder(repository.rootBytes(), repository.source(), folder.resolve("trust"))
            .withClock(clock)
            .build();
    IdentityPolicy release =
        IdentityPolicy.of("https://issuer.example.com", SignerSubject.email("a@example.com"));
    byte[] bundle = "{}".getBytes(UTF_8);
    byte[] jar = new byte[0];
    try (FreshTarget<TrustedRoot> root =
        FreshTarget.<TrustedRoot>builder(
                tuf,
                "trusted_root.json",
                target -> TrustedRoot.parse(target.text(), target.confirmedAt()),
                Duration.ofHours(6))
            .withClock(clock)
            .withExecutor(new ScheduledThreadPoolExecutor(0, task -> null)) // asks nothing here
            .build()) {
      SigstoreVerifier verifier =
          SigstoreVerifier.builder(root, release)
              .withMaxRootAge(Duration.ofDays(3))
              .withClock(clock)
              .build();

      refused(verifier.check(bundle, jar), SigstoreReason.VERSION_UNSUPPORTED);
      assertThat(root.get().obtainedAt()).isEqualTo(TestRepository.NOW);
      clock.advance(Duration.ofDays(3).plusSeconds(1));
      refused(verifier.check(bundle, jar), SigstoreReason.ROOT_STALE);
      clock.advance(Duration.ofDays(30));
      refused(verifier.check(bundle, jar), TufReason.STALE);
      assertThat(verifier.toString()).contains("no trusted root: stale");
    }
  }

  private static void refused(Checked<VerifiedBundle> outcome, Object reason) {
    Object found = outcome.fold(value -> null, refusal -> refusal.reason());
    assertThat(found).as("%s", outcome).isEqualTo(reason);
  }
}
