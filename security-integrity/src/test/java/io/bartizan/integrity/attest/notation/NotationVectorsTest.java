package io.bartizan.integrity.attest.notation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.ImageSource;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.OptionalTool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Envelopes, stores and timestamps of Notation's own tests, as their tables say. */
@Tag("deep")
class NotationVectorsTest {

  /** Why a case must be refused: a refusal for another reason proves nothing. */
  private static final Map<String, NotationReason> REASONS =
      Map.ofEntries(
          Map.entry("ca_valid_sig_env+other-store", NotationReason.CERTIFICATE_UNTRUSTED),
          Map.entry("ca_valid_sig_env+store-type", NotationReason.CERTIFICATE_UNTRUSTED),
          Map.entry("ca_valid_sig_env+other-size", NotationReason.ARTIFACT_MISMATCH),
          Map.entry("ca_invalid_sig_env", NotationReason.MALFORMED),
          Map.entry("ca_expired_sig_env", NotationReason.EXPIRED),
          Map.entry("ca_plugin_sig_env", NotationReason.PLUGIN_REQUIRED),
          Map.entry("ca_compatible_pluginver_sig_env_1.0.0", NotationReason.PLUGIN_REQUIRED),
          Map.entry("sa_valid_sig_env+store-type", NotationReason.CERTIFICATE_UNTRUSTED),
          Map.entry("sa_invalid_sig_env", NotationReason.MALFORMED),
          Map.entry("sa_expired_sig_env", NotationReason.EXPIRED),
          Map.entry("sa_plugin_sig_env", NotationReason.PLUGIN_REQUIRED),
          Map.entry("sig_env_with_metadata", NotationReason.CERTIFICATE_NOT_VALID_AT_TIME),
          Map.entry("jwsWithTimestamp+other-tsa", NotationReason.TIMESTAMP_INVALID),
          Map.entry("jwsExpiredWithTimestamp+no-tsa", NotationReason.CERTIFICATE_NOT_VALID_AT_TIME),
          Map.entry("coseWithTimestamp+other-tsa", NotationReason.TIMESTAMP_INVALID),
          Map.entry(
              "coseExpiredWithTimestamp+no-tsa", NotationReason.CERTIFICATE_NOT_VALID_AT_TIME),
          Map.entry("timestampAfterNotAfter", NotationReason.CERTIFICATE_NOT_VALID_AT_TIME),
          Map.entry("timestampBeforeNotBefore", NotationReason.CERTIFICATE_NOT_VALID_AT_TIME),
          Map.entry("withoutTimestamp+tsa", NotationReason.TIMESTAMP_MISSING));

  private final Path vectors = OptionalTool.vectors("notation");

  private List<String[]> table(String name) throws Exception {
    return Files.readAllLines(vectors.resolve(name)).stream()
        .skip(1)
        .map(line -> line.split("\t", -1))
        .toList();
  }

  private NotationVerifier verifier(String stores, String time) throws Exception {
    String names =
        Arrays.stream(stores.split(","))
            .map(each -> "\"" + each + "\"")
            .collect(Collectors.joining(","));
    NotationPolicy policy =
        NotationPolicy.parse(
            """
            {"version":"1.0","trustPolicies":[{"name":"all","registryScopes":["*"],
            "signatureVerification":{"level":"strict","override":{"revocation":"skip"}},
            "trustStores":[%s],"trustedIdentities":["*"]}]}
            """
                .formatted(names));
    return NotationVerifier.builder(
            policy, TrustStores.read(vectors.resolve("truststore"), policy.trustStores()))
        .withClock(new ManualInstantSource(Instant.parse(time)))
        .build();
  }

  @Test
  void envelopes_are_judged_as_the_table_says() throws Exception {
    int judged = 0;
    for (String[] each : table("cases.tsv")) {
      Checked<NotationSignature> outcome =
          verifier(each[4], each[5])
              .check(
                  Files.readAllBytes(vectors.resolve(each[2])),
                  each[3],
                  ImageReference.parse("registry.example/app"),
                  new Descriptor(
                      each[6], Digest.parseOci(each[7]), Long.parseLong(each[8]), Map.of()));
      Reason reason = outcome.fold(signed -> null, refusal -> refusal.reason());
      if (each[1].equals("accept")) {
        assertThat(outcome.isAccepted()).as("%s: %s", each[0], outcome).isTrue();
      } else {
        assertThat(reason).as("%s: %s", each[0], outcome).isEqualTo(REASONS.get(each[0]));
      }
      judged++;
    }
    assertThat(judged).isGreaterThan(25);
  }

  @Test
  void stores_load_as_the_table_says() throws Exception {
    for (String[] each : table("stores.tsv")) {
      if (each[1].equals("accept")) {
        assertThat(TrustStores.read(vectors.resolve("truststore"), Set.of(each[0])))
            .hasToString(
                "TrustStores["
                    + each[0]
                    + " of "
                    + TrustStores.read(vectors.resolve("truststore"), Set.of(each[0]))
                        .certificates(Set.of(each[0]), each[0].substring(0, each[0].indexOf(':')))
                        .size()
                    + "]");
      } else {
        assertThatThrownBy(() -> TrustStores.read(vectors.resolve("truststore"), Set.of(each[0])))
            .as(each[0])
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void timestamps_are_judged_as_the_table_says() throws Exception {
    for (String[] each : table("timestamps.tsv")) {
      List<X509Certificate> roots =
          TrustStores.read(vectors.resolve("truststore"), Set.of(each[3]))
              .certificates(Set.of(each[3]), "tsa");
      byte[] token = Files.readAllBytes(vectors.resolve(each[0]));
      byte[] message = each[2].getBytes(StandardCharsets.UTF_8);
      if (each[1].equals("accept")) {
        assertThat(NotationTimestamp.verify(token, message, roots).time()).isNotNull();
      } else {
        assertThatThrownBy(() -> NotationTimestamp.verify(token, message, roots))
            .as(each[4])
            .isInstanceOfSatisfying(
                VerificationException.class,
                e -> assertThat(e.reason()).isEqualTo(NotationReason.TIMESTAMP_INVALID));
      }
    }
  }

  @Test
  void layout_describes_the_image_that_was_signed() throws Exception {
    Digest image =
        Digest.parseOci("sha256:19dbd2e48e921426ee8ace4dc892edfb2ecdc1d1a72d5416c83670c30acecef0");
    Descriptor described = ImageSource.layout(vectors.resolve("oci-layout")).describe(image);
    assertThat(described).isEqualTo(new Descriptor(Descriptor.MANIFEST, image, 481, Map.of()));
  }

  @Test
  void N10_identities_of_the_vectors() throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    try (var good = Files.newInputStream(vectors.resolve("identity/signing-cert.pem"));
        var bad = Files.newInputStream(vectors.resolve("identity/bad-cert.pem"))) {
      X509Certificate signing = (X509Certificate) factory.generateCertificate(good);
      DistinguishedName subject = DistinguishedName.of(signing.getSubjectX500Principal());
      assertThat(subject).isNotNull();
      assertThat(
              DistinguishedName.parse(signing.getSubjectX500Principal().getName())
                  .isPartOf(subject))
          .isTrue();
      X509Certificate other = (X509Certificate) factory.generateCertificate(bad);
      DistinguishedName name = DistinguishedName.of(other.getSubjectX500Principal());
      assertThat(name).isNotNull();
      assertThat(
              DistinguishedName.parse(signing.getSubjectX500Principal().getName()).isPartOf(name))
          .isFalse();
    }
  }
}
