package io.bartizan.benchmarks;

import io.bartizan.integrity.artifact.Digest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A build attestation that GitHub made: DSSE, logged in Rekor v1, by the public-good instance. A
 * bundle of Rekor v2 would be today's form, but sigstore-java 2.0 takes none with DSSE.
 */
final class SigstoreSample {
  static final String ISSUER = "https://token.actions.githubusercontent.com";
  static final String SUBJECT =
      "https://github.com/loosebazooka/aa-test/.github/workflows/provenance.yaml@refs/heads/main";
  static final String PREDICATE = "https://slsa.dev/provenance/v1";
  static final Digest ARTIFACT =
      Digest.parseSha256("a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf");

  private SigstoreSample() {}

  static String bundle() throws IOException {
    return text("bundle.json");
  }

  static String trustedRoot() throws IOException {
    return text("trusted_root.json");
  }

  private static String text(String name) throws IOException {
    try (InputStream in = SigstoreSample.class.getResourceAsStream("sigstore/" + name)) {
      if (in == null) {
        throw new FileNotFoundException(name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
