package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.sigstore.DevBundle;
import io.bartizan.testkit.sigstore.DevIdentity;
import io.bartizan.testkit.sigstore.DevSigstore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The good bundles of the testkit's Sigstore instance, as our verifier judges them. */
class DevSigstoreTest {

  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");

  private final DevSigstore sigstore = DevSigstore.of();
  private final SigstoreVerifier verifier = verifier(sigstore);

  private static SigstoreVerifier verifier(DevSigstore sigstore) {
    return SigstoreVerifier.of(
        TrustedRoot.parse(sigstore.trustedRoot(), Instant.now()),
        IdentityPolicy.of(RELEASE.issuer(), SignerSubject.uri(RELEASE.subject())));
  }

  private byte[] made(UnaryOperator<DevBundle.Builder> options) {
    return options.apply(sigstore.bundle(ARTIFACT, RELEASE)).build().bytes();
  }

  @Test
  void bundle_ofEachShape_isAcceptedWithItsTimesAndLog() {
    VerifiedBundle whole = verifier.verify(sigstore.sign(ARTIFACT, RELEASE).bytes(), ARTIFACT);
    assertThat(whole.times()).hasSize(2);
    assertThat(whole.logEntries().get(0).isProven()).isTrue();
    assertThat(whole.identity().orElseThrow().field(WorkflowField.SOURCE_REPOSITORY_URI))
        .contains("https://github.com/acme/app");

    assertThat(source(b -> b)).isEqualTo(VerifiedTime.Source.TRANSPARENCY_LOG);
    assertThat(source(b -> b.withRekorV2())).isEqualTo(VerifiedTime.Source.TIMESTAMP_AUTHORITY);
    assertThat(source(b -> b.withTimestamp().withoutPromise()))
        .isEqualTo(VerifiedTime.Source.TIMESTAMP_AUTHORITY);
    for (String version : new String[] {"0.1", "0.2", "0.3"}) {
      assertThat(source(b -> b.withVersion(version)))
          .isEqualTo(VerifiedTime.Source.TRANSPARENCY_LOG);
    }
  }

  private VerifiedTime.Source source(UnaryOperator<DevBundle.Builder> options) {
    VerifiedBundle bundle = verifier.verify(made(options), ARTIFACT);
    assertThat(bundle.times()).hasSize(1);
    return bundle.times().get(0).source();
  }

  @Test
  void statement_inEachLog_givesItsPredicate() {
    for (boolean v2 : new boolean[] {false, true}) {
      byte[] bundle =
          made(b -> (v2 ? b.withRekorV2() : b).withStatement(SLSA, "{\"buildType\":\"x\"}"));
      SignedStatement statement = verifier.verifyStatement(bundle, Digest.sha256Of(ARTIFACT), SLSA);
      assertThat(statement.predicate()).containsEntry("buildType", "x");
      assertThat(statement.subjectNames()).containsExactly("artifact");
    }
  }

  @Test
  void clock_thatIsAdvanced_isTheNextSignaturesTime() {
    ManualInstantSource clock = new ManualInstantSource(Instant.parse("2026-03-01T10:00:00Z"));
    DevSigstore old = DevSigstore.of(clock);
    clock.advance(Duration.ofDays(40));
    VerifiedBundle bundle = verifier(old).verify(old.sign(ARTIFACT, RELEASE).bytes(), ARTIFACT);
    assertThat(bundle.times())
        .allMatch(each -> each.time().equals(Instant.parse("2026-04-10T10:00:00Z")));
  }

  @Test
  void bundle_ofAnotherInstance_isRefused() {
    byte[] other = DevSigstore.of().sign(ARTIFACT, RELEASE).bytes();
    assertThat(verifier.check(other, ARTIFACT).isAccepted()).isFalse();
  }

  @Test
  void options_thatMakeNoGoodBundle_areTheProgrammersMistake() {
    DevBundle.Builder builder = sigstore.bundle(ARTIFACT, RELEASE);
    assertThatThrownBy(() -> builder.withVersion("0.4"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.4")
        .hasMessageContaining("0.3");
    assertThatThrownBy(() -> sigstore.bundle(ARTIFACT, RELEASE).withoutPromise().build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.withVersion("0.1").withRekorV2().build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> DevIdentity.githubWorkflow("acme", "x.yml", "refs/tags/v1"))
        .hasMessageContaining("\"acme\"");
    assertThatThrownBy(() -> DevIdentity.githubWorkflow("acme/app", "x.yml", "v1"))
        .hasMessageContaining("\"v1\"");
    assertThatThrownBy(() -> DevIdentity.email(" ", "a@b")).hasMessageContaining("issuer");
    assertThatThrownBy(() -> DevIdentity.uri("https://x", "")).hasMessageContaining("subject");
  }

  @Test
  void texts_sayThatItIsForTests(@TempDir Path folder) throws Exception {
    DevBundle bundle = sigstore.sign(ARTIFACT, RELEASE);
    bundle.writeTo(folder.resolve("b.json"));
    assertThat(Files.readString(folder.resolve("b.json"))).isEqualTo(bundle.json());
    assertThat(sigstore.toString()).contains("for tests only");
    assertThat(RELEASE.toString()).contains("release.yml@refs/tags/v1");
    assertThat(bundle.toString()).contains("0.3");
  }
}
