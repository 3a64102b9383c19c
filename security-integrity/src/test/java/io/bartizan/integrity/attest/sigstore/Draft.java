package io.bartizan.integrity.attest.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Leaf;
import java.security.KeyPair;

/** The testkit's bundle to be made, of one workflow and artifact, and our verdict on it. */
final class Draft extends BundleDraft {

  static final String ISSUER = Leaf.GITHUB;
  static final String REPOSITORY = "https://github.com/acme/app";
  static final String REF = "refs/tags/v1";
  static final String SUBJECT = REPOSITORY + "/.github/workflows/release.yml@" + REF;
  static final String PREDICATE = "https://slsa.dev/provenance/v1";
  static final byte[] ARTIFACT = "an artifact".getBytes(UTF_8);

  private final World world;

  Draft(World world) {
    super(world, World.SIGNED, ARTIFACT);
    this.world = world;
    leaf.githubWorkflow(REPOSITORY, SUBJECT, REF);
  }

  /** Rekor v1: a promise and a proof. */
  static Draft v1(World world) {
    Draft draft = new Draft(world);
    draft.entries.add(draft.entry1());
    return draft;
  }

  /** Rekor v2: a proof and a timestamp. */
  static Draft v2(World world) {
    Draft draft = new Draft(world);
    draft.entries.add(draft.entry2());
    draft.stamps.add(stamp -> {});
    return draft;
  }

  @CanIgnoreReturnValue
  Draft statement() {
    return statement(aboutArtifact(PREDICATE, "{\"buildType\":\"x\"}"));
  }

  @Override
  @CanIgnoreReturnValue
  public Draft statement(String json) {
    super.statement(json);
    return this;
  }

  @CanIgnoreReturnValue
  Draft key(KeyPair pair, String algorithm, DigestAlgorithm with, String details) {
    key = pair;
    signedWith = algorithm;
    hashBits = Integer.parseInt(with.label().substring(3));
    keyDetails = details;
    return this;
  }

  static IdentityPolicy policy() {
    return IdentityPolicy.of(ISSUER, SignerSubject.uri(SUBJECT));
  }

  SigstoreVerifier verifier() {
    return SigstoreVerifier.of(world.trusted(), policy());
  }

  Checked<?> check() {
    return check(verifier());
  }

  Checked<?> check(SigstoreVerifier verifier) {
    return check(verifier, json());
  }

  Checked<?> check(SigstoreVerifier verifier, byte[] bundle) {
    return payload == null
        ? verifier.check(bundle, content)
        : verifier.checkStatement(bundle, Digest.sha256Of(ARTIFACT), PREDICATE);
  }
}
