package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cosign, which knows nothing of this library, says of the testkit's bundles. */
@Tag("deep")
class CosignIT {

  private static final byte[] ARTIFACT = "a release".getBytes(UTF_8);
  private static final String STAMPED = "--use-signed-timestamps";
  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");

  /** Faults of certificates, logs and timestamps that cosign 3.0 does not look for. */
  private static final Set<BadBundle> LENIENT =
      EnumSet.of(
          BadBundle.CERTIFICATE_OF_A_CA,
          BadBundle.CERTIFICATE_MAY_NOT_SIGN,
          BadBundle.OTHER_ISSUER_IN_OLD_EXTENSION,
          BadBundle.SUBJECT_OF_ANOTHER_KIND,
          BadBundle.TWO_SUBJECTS,
          BadBundle.CHECKPOINT_OF_ANOTHER_LOG,
          BadBundle.CERTIFICATE_FOR_ANY_PURPOSE,
          BadBundle.LOG_ENTRY_OF_ANOTHER_VERSION,
          BadBundle.INCLUSION_PROOF_OF_ANOTHER_SIZE,
          BadBundle.CHECKPOINT_OF_ANOTHER_SIZE,
          BadBundle.CHECKPOINT_BY_A_WITNESS,
          BadBundle.TIMESTAMP_WITHOUT_SIGNING_CERTIFICATE,
          BadBundle.TIMESTAMP_TOO_INEXACT,
          BadBundle.CERTIFICATE_WITHOUT_PURPOSE,
          BadBundle.CERTIFICATE_WITH_FURTHER_PURPOSE,
          BadBundle.CERTIFICATE_BEFORE_ITS_AUTHORITY,
          BadBundle.WORKFLOW_REF_CONTRADICTED,
          BadBundle.SECOND_SCT_BY_ANOTHER_KEY,
          BadBundle.SECOND_SCT_OF_ANOTHER_VERSION,
          BadBundle.TOO_MANY_SCTS,
          BadBundle.LOG_ENTRY_SAYS_ANOTHER_KIND,
          BadBundle.LOG_ENTRY_BODY_MEMBER_TWICE,
          BadBundle.LOG_ENTRY_BODY_TEXT_AFTER,
          BadBundle.LOG_ENTRY_BODY_IN_OTHER_CASE,
          BadBundle.LOG_ENTRY_BODY_TOO_LARGE,
          BadBundle.CHECKPOINT_SIZE_WITH_A_ZERO_BEFORE,
          BadBundle.CHECKPOINT_NAME_IN_UPPER_CASE,
          BadBundle.CHECKPOINT_NAME_CUT,
          BadBundle.TIMESTAMP_WITHOUT_CONTENT_TYPE,
          BadBundle.TIMESTAMP_OF_ANOTHER_CONTENT_TYPE,
          BadBundle.TIMESTAMP_NAMES_ANOTHER_CERTIFICATE,
          BadBundle.SECOND_TIMESTAMP_BY_ANOTHER_KEY,
          BadBundle.SECOND_TIMESTAMP_OVER_ANOTHER_SIGNATURE,
          BadBundle.SIGNATURE_OF_TWO_NUMBERS,
          BadBundle.CONTENT_OF_THE_OTHER_KIND,
          BadBundle.CHAIN_WITH_A_ROOT,
          BadBundle.TOO_MANY_CERTIFICATES,
          BadBundle.CERTIFICATE_IN_URL_ALPHABET,
          BadBundle.BUNDLE_TOO_LARGE);

  private static final Set<BadStatement> LENIENT_OF_STATEMENTS =
      EnumSet.of(
          BadStatement.LOG_ENTRY_WITH_TWO_SIGNATURES,
          BadStatement.UNKNOWN_STATEMENT_TYPE,
          BadStatement.NO_STATEMENT_TYPE);

  private static final Set<BadTrustedRoot> LENIENT_OF_ROOTS =
      EnumSet.of(
          BadTrustedRoot.TOO_LARGE,
          BadTrustedRoot.CERTIFICATE_AUTHORITY_WITHOUT_START,
          BadTrustedRoot.TIMESTAMP_AUTHORITY_WITHOUT_START,
          BadTrustedRoot.LOG_TWICE,
          BadTrustedRoot.TOO_MANY_LOGS,
          BadTrustedRoot.LOG_WITHOUT_ADDRESS,
          BadTrustedRoot.LOG_OF_ANOTHER_ADDRESS,
          BadTrustedRoot.CERTIFICATE_AUTHORITY_WITHOUT_ROOT,
          BadTrustedRoot.CERTIFICATE_AUTHORITY_ROOT_FIRST,
          BadTrustedRoot.ONE_BROKEN_CERTIFICATE_AUTHORITY);

  @TempDir private Path folder;
  private final DevSigstore sigstore = DevSigstore.of();

  @Test
  void cosign_goodBundles_areVerified() throws Exception {
    prepare(sigstore);
    for (String stamped : new String[] {"", STAMPED}) {
      assertThat(verdict(sigstore.sign(ARTIFACT, RELEASE), "verify-blob", stamped)).isEmpty();
    }
    DevBundle.Builder builder = sigstore.bundle(ARTIFACT, RELEASE);
    assertThat(verdict(builder.build(), "verify-blob", "")).isEmpty();
    assertThat(verdict(builder.withVersion("0.2").build(), "verify-blob", "")).isEmpty();
    DevBundle second = sigstore.bundle(ARTIFACT, RELEASE).withRekorV2().build();
    assertThat(verdict(second, "verify-blob", STAMPED)).isEmpty();
  }

  @Test
  void cosign_goodAttestations_areVerified() throws Exception {
    prepare(sigstore);
    DevBundle.Builder builder =
        sigstore.bundle(ARTIFACT, RELEASE).withStatement(SLSA, "{\"buildType\":\"x\"}");
    assertThat(verdict(builder.build(), "verify-blob-attestation", "--type=slsaprovenance1"))
        .isEmpty();
    DevBundle second = builder.withRekorV2().build();
    assertThat(verdict(second, "verify-blob-attestation", "--type=slsaprovenance1", STAMPED))
        .isEmpty();
  }

  @Test
  void cosign_forgedBundles_areRefusedButForTheLenientKinds() throws Exception {
    prepare(sigstore);
    Set<BadBundle> accepted = EnumSet.noneOf(BadBundle.class);
    for (BadBundle each : BadBundle.values()) {
      DevBundle forged = sigstore.forge(each, ARTIFACT, RELEASE);
      if (verdict(forged, "verify-blob", stamped(each)).isEmpty()) {
        accepted.add(each);
      }
    }
    assertThat(LENIENT).containsAll(accepted);
  }

  /** The option by which cosign looks at timestamps at all, for faults that are theirs. */
  private static String stamped(Enum<?> fault) {
    return fault.name().matches("REKOR_V2.*|.*TIMESTAMP.*") ? STAMPED : "";
  }

  @Test
  void cosign_forgedStatements_areRefusedButForTheLenientKinds() throws Exception {
    prepare(sigstore);
    Set<BadStatement> accepted = EnumSet.noneOf(BadStatement.class);
    for (BadStatement each : BadStatement.values()) {
      DevBundle forged = sigstore.forgeStatement(each, ARTIFACT, RELEASE, SLSA, "{}");
      String type = "--type=slsaprovenance1";
      if (verdict(forged, "verify-blob-attestation", type, stamped(each)).isEmpty()) {
        accepted.add(each);
      }
    }
    assertThat(LENIENT_OF_STATEMENTS).containsAll(accepted);
  }

  @Test
  void cosign_badTrustedRoots_refuseGoodBundlesButForTheLenientKinds() throws Exception {
    Set<BadTrustedRoot> accepted = EnumSet.noneOf(BadTrustedRoot.class);
    for (BadTrustedRoot each : BadTrustedRoot.values()) {
      DevSigstore spoilt = sigstore.withTrustedRoot(each);
      prepare(spoilt);
      DevBundle good = spoilt.sign(ARTIFACT, RELEASE);
      if (verdict(good, "verify-blob", stamped(each)).isEmpty()) {
        accepted.add(each);
      }
    }
    assertThat(LENIENT_OF_ROOTS).containsAll(accepted);
  }

  private void prepare(DevSigstore sigstore) throws IOException {
    Files.writeString(folder.resolve("root.json"), sigstore.trustedRoot());
    Files.write(folder.resolve("artifact"), ARTIFACT);
  }

  /** What cosign says against it; empty if it verified. */
  private String verdict(DevBundle bundle, String command, String... options) throws Exception {
    bundle.writeTo(folder.resolve("bundle.json"));
    Path log = folder.resolve("log.txt");
    List<String> line =
        new ArrayList<>(
            List.of(
                OptionalTool.program("cosign").toString(),
                command,
                "--bundle=bundle.json",
                "--trusted-root=root.json",
                "--certificate-identity=" + RELEASE.subject(),
                "--certificate-oidc-issuer=" + RELEASE.issuer()));
    Stream.of(options).filter(each -> !each.isEmpty()).forEach(line::add);
    line.add("artifact");
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().putAll(Map.of("HOME", folder.toString(), "TUF_ROOT", folder.toString()));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(command).isTrue();
    return process.exitValue() == 0 ? "" : Files.readString(log);
  }
}
