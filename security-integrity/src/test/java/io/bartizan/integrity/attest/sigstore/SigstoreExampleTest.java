package io.bartizan.integrity.attest.sigstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.testkit.json.JsonTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc and of docs/guides/sigstore.md, compiled and run. */
class SigstoreExampleTest {

  @TempDir Path folder;
  private final World world = new World();

  @Test
  void artifact_and_statement_examples() throws Exception {
    Path file = folder.resolve("trusted_root.json");
    Files.writeString(file, JsonTree.write(world.trustedRoot()));
    Draft message = Draft.v1(world);
    byte[] bundle = message.json();
    byte[] attestation = Draft.v2(world).statement().json();
    byte[] jar = Draft.ARTIFACT;

    TrustedRoot root = TrustedRoot.read(file);
    IdentityPolicy release =
        IdentityPolicy.builder(
                "https://token.actions.githubusercontent.com",
                SignerSubject.uriStartingWith(
                    "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/"))
            .withField(WorkflowField.SOURCE_REPOSITORY_URI, "https://github.com/acme/app")
            .build();
    SigstoreVerifier verifier = SigstoreVerifier.of(root, release);

    VerifiedBundle signed = verifier.verify(bundle, Digest.sha256Of(jar));
    SignedStatement built =
        verifier.verifyStatement(
            attestation, Digest.sha256Of(jar), "https://slsa.dev/provenance/v1");

    assertThat(signed.identity()).isPresent();
    assertThat(signed.times()).hasSize(1);
    assertThat(signed.logEntries()).hasSize(1);
    assertThat(built.predicate()).isNotEmpty();
    assertThat(verifier.toString())
        .contains("release.yml@refs/tags/*")
        .contains("root age at most 90 days")
        .contains("at least 1 logs, 1 certificate logs, 0 timestamp authorities");
  }

  @Test
  void key_example() {
    PublicKey key = World.ec("secp256r1").getPublic();
    KeyPolicy npm =
        KeyPolicy.builder(key).withValidUntil(Instant.parse("2025-01-29T00:00:00Z")).build();
    assertThat(npm.toString()).contains("P-256").contains("until 2025-01-29T00:00:00Z");
    String pem = io.bartizan.core.Pem.encode("PUBLIC KEY", key.getEncoded());
    assertThat(KeyPolicy.valueOf(pem).fingerprint()).isEqualTo(npm.fingerprint());
    assertThat(KeyPolicy.parse(pem).toString()).contains("valid at any time");
  }
}
