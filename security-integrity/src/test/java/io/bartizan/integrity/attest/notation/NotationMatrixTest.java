package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.ARTIFACT;
import static io.bartizan.integrity.attest.notation.NotationDraft.AUTHORITY;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.NOW;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** The entries N01 to N16 of the matrix: one envelope and its certificates. */
class NotationMatrixTest {

  private static final String OTHER_ROOT = "CN=other,O=acme,ST=WA,C=US";

  private static void refused(NotationReason reason, Consumer<NotationDraft> change) {
    NotationDraft draft = new NotationDraft();
    change.accept(draft);
    NotationOutcomes.refused(draft.check(), reason);
  }

  private static NotationSignature accepted(Consumer<NotationDraft> change) {
    NotationDraft draft = new NotationDraft();
    change.accept(draft);
    return NotationOutcomes.accepted(draft.check());
  }

  @Test
  void good_signature_tells_signer_scheme_and_remarks() {
    NotationSignature signed = accepted(draft -> draft.expiry("2026-12-01T00:00:00Z"));
    assertThat(signed.scheme()).isEqualTo(NotationScheme.X509);
    assertThat(signed.signedAt()).isEmpty(); // nobody but the signer says it
    assertThat(signed.expiresAt()).isPresent();
    assertThat(signed.annotations()).isEqualTo(Map.of("build", "7"));
    assertThat(signed.notEnforced()).isEmpty();
    assertThat(signed.signer().getSubjectX500Principal().getName())
        .isEqualTo("C=US,ST=WA,O=acme,CN=release");
    NotationSignature byAuthority = accepted(draft -> draft.authority("2026-05-01T00:00:00.5Z"));
    assertThat(byAuthority.signedAt()).contains(java.time.Instant.parse("2026-05-01T00:00:00.5Z"));
  }

  @Test
  void N01_descriptorThatDiffersInOneMember_isRefused() {
    for (Descriptor other :
        List.of(
            new Descriptor(Descriptor.INDEX, ARTIFACT.digest(), ARTIFACT.size(), Map.of()),
            new Descriptor(ARTIFACT.mediaType(), ARTIFACT.digest(), 482, Map.of()),
            new Descriptor(
                ARTIFACT.mediaType(), Digest.sha256Of(new byte[1]), ARTIFACT.size(), Map.of()))) {
      refused(
          NotationReason.ARTIFACT_MISMATCH, draft -> draft.payload = NotationDraft.payload(other));
    }
  }

  @Test
  void N02_signatureOverAnotherPayload_isRefused() {
    NotationDraft good = new NotationDraft();
    NotationDraft other = new NotationDraft();
    other.payload = other.payload.replace("\"7\"", "\"8\"");
    String payload = new String(other.make(), java.nio.charset.StandardCharsets.UTF_8);
    String mixed =
        new String(good.make(), java.nio.charset.StandardCharsets.UTF_8)
            .replaceFirst(
                "\"payload\":\"[^\"]*\"", payload.substring(1, payload.indexOf(",\"prot")));
    NotationOutcomes.refused(
        NotationDraft.strict()
            .check(
                mixed.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Envelope.JWS,
                ImageReference.parse("registry.example/app"),
                ARTIFACT),
        NotationReason.SIGNATURE_INVALID);
  }

  @Test
  void N03_algorithm_isTheOneOfTheKey() {
    for (String algorithm : List.of("none", "HS256", "RS256", "ES384", "PS256", "es256")) {
      refused(
          NotationReason.ALGORITHM_MISMATCH,
          draft ->
              draft.protectedText = text -> text.replace("\"ES256\"", "\"" + algorithm + "\""));
    }
    for (String[] each :
        new String[][] {
          {"secp384r1", "ES384"}, {"secp521r1", "ES512"}, {"2048", "PS256"}, {"3072", "PS384"}
        }) {
      KeyPair key =
          each[0].startsWith("s")
              ? NotationDraft.ec(each[0])
              : NotationDraft.rsa(Integer.parseInt(each[0]));
      NotationSignature unused =
          accepted(
              draft -> {
                draft.key = key;
                draft.algorithm = each[1];
                draft.chain.set(0, NotationDraft.leaf(LEAF, key));
              });
      if (each[1].startsWith("PS")) {
        refused(
            NotationReason.ALGORITHM_MISMATCH,
            draft -> {
              draft.key = key;
              draft.algorithm = each[1].equals("PS256") ? "PS384" : "PS256";
              draft.chain.set(0, NotationDraft.leaf(LEAF, key));
            });
      }
    }
    KeyPair odd = NotationDraft.rsa(2560);
    refused(
        NotationReason.ALGORITHM_MISMATCH,
        draft -> {
          draft.key = odd;
          draft.algorithm = "PS256";
          draft.chain.set(0, NotationDraft.leaf(LEAF, odd));
        });
  }

  @Test
  void N04_critical_namesWhatItMust() {
    refused(NotationReason.MALFORMED, draft -> draft.critical.clear());
    refused(
        NotationReason.MALFORMED,
        draft -> draft.header("io.cncf.notary.expiry", "\"2026-12-01T00:00:00Z\""));
    refused(
        NotationReason.MALFORMED,
        draft -> {
          draft.authority("2026-05-01T00:00:00Z");
          draft.critical.remove("io.cncf.notary.authenticSigningTime");
        });
    refused(
        NotationReason.MALFORMED,
        draft -> {
          draft.expiry("2026-12-01T00:00:00Z");
          draft.critical.remove("io.cncf.notary.signingScheme");
        });
    refused(NotationReason.CRITICAL_UNKNOWN, draft -> draft.critical("other", "1"));
    refused(NotationReason.CRITICAL_UNKNOWN, draft -> draft.critical.add("alg"));
    refused(NotationReason.MALFORMED, draft -> draft.critical.add("io.cncf.notary.expiry"));
    refused(NotationReason.MALFORMED, draft -> draft.critical.add(draft.critical.get(0)));
    refused(
        NotationReason.MALFORMED,
        draft -> {
          draft.critical.add("other");
          draft.unprotected = ",\"other\":1";
        });
    NotationSignature unused = accepted(draft -> draft.header("other", "1"));
  }

  @Test
  void N05_otherPayloadType_isRefused() {
    refused(
        NotationReason.PAYLOAD_TYPE_MISMATCH, draft -> draft.header("cty", "\"application/json\""));
  }

  @Test
  void N06_doubledOrUnprotectedHeader_isRefused() {
    refused(
        NotationReason.MALFORMED,
        draft -> draft.protectedText = text -> text.replace("{\"alg\"", "{\"alg\":\"x\",\"alg\""));
    refused(NotationReason.MALFORMED, draft -> draft.unprotected = ",\"alg\":\"ES256\"");
    refused(
        NotationReason.MALFORMED,
        draft -> {
          draft.headers.remove("io.cncf.notary.signingTime");
          draft.unprotected = ",\"io.cncf.notary.signingTime\":\"2026-05-01T12:00:00Z\"";
        });
    refused(NotationReason.MALFORMED, draft -> draft.members = ",\"signatures\":[]");
    NotationSignature unused =
        accepted(draft -> draft.unprotected = ",\"io.cncf.notary.signingAgent\":\"notation/2\"");
  }

  @Test
  void envelopeOfAnotherFormat_isSaidToBeUnsupported() {
    NotationOutcomes.refused(
        NotationDraft.strict()
            .check(
                new byte[] {(byte) 0xd2},
                "application/cose+json",
                ImageReference.parse("registry.example/app"),
                ARTIFACT),
        NotationReason.ENVELOPE_UNSUPPORTED);
  }

  @Test
  void N08_leafThatMayNotSignCode_isRefused() {
    String from = "2026-02-01";
    String to = "2027-02-01";
    int sign = KeyUsage.digitalSignature;
    for (X509Certificate leaf :
        List.of(
            NotationDraft.leaf(LEAF, LEAF_KEY, from, to, true, sign, true, ""),
            NotationDraft.leaf(LEAF, LEAF_KEY, from, to, false, sign, false, ""),
            NotationDraft.leaf(LEAF, LEAF_KEY, from, to, true, 0, false, ""),
            NotationDraft.leaf(LEAF, LEAF_KEY, from, to, true, KeyUsage.nonRepudiation, false, ""),
            NotationDraft.leaf(
                LEAF, LEAF_KEY, from, to, true, sign | KeyUsage.keyCertSign, false, ""),
            NotationDraft.leaf(
                LEAF, LEAF_KEY, from, to, true, sign, false, "", KeyPurposeId.id_kp_serverAuth),
            NotationDraft.leaf(
                LEAF,
                LEAF_KEY,
                from,
                to,
                true,
                sign,
                false,
                "",
                KeyPurposeId.id_kp_codeSigning,
                KeyPurposeId.id_kp_timeStamping),
            NotationDraft.leaf(
                LEAF, LEAF_KEY, from, to, true, sign, false, "1.3.6.1.4.1.32473.1+"))) {
      refused(NotationReason.CERTIFICATE_INVALID, draft -> draft.chain.set(0, leaf));
    }
    NotationSignature unused =
        accepted(
            draft ->
                draft.chain.set(
                    0,
                    NotationDraft.leaf(
                        LEAF,
                        LEAF_KEY,
                        from,
                        to,
                        true,
                        sign,
                        false,
                        "",
                        KeyPurposeId.id_kp_codeSigning)));
  }

  @Test
  void N09_chainOutOfOrderOrOfAnotherRoot_isRefused() {
    refused(NotationReason.CERTIFICATE_INVALID, draft -> draft.chain.remove(1));
    refused(NotationReason.CERTIFICATE_INVALID, draft -> draft.chain.add(AUTHORITY));
    refused(
        NotationReason.CERTIFICATE_INVALID, draft -> java.util.Collections.swap(draft.chain, 0, 1));
    KeyPair key = NotationDraft.ec("secp256r1");
    X509Certificate other = NotationDraft.authority(OTHER_ROOT, key);
    refused(NotationReason.CERTIFICATE_INVALID, draft -> draft.chain.set(1, other));
    X509Certificate forged = NotationDraft.authority(ROOT, key);
    refused(NotationReason.CERTIFICATE_INVALID, draft -> draft.chain.set(1, forged));
    refused(NotationReason.MALFORMED, draft -> draft.chain.clear());
    // an authority that a stranger made, of the trusted name
    X509Certificate stranger = NotationDraft.authority(ROOT, ROOT, key, key, 2);
    refused(
        NotationReason.CERTIFICATE_UNTRUSTED,
        draft -> {
          draft.chain.set(
              0,
              NotationDraft.issue(
                  withUsage(
                      NotationDraft.builder(LEAF, ROOT, LEAF_KEY, "2026-02-01", "2027-02-01")),
                  key));
          draft.chain.set(1, stranger);
        });
    // an intermediate whose issuer gave it no right to issue
    KeyPair between = NotationDraft.ec("secp256r1");
    X509Certificate noAuthority = NotationDraft.leaf("CN=between,O=acme,ST=WA,C=US", between);
    refused(
        NotationReason.CERTIFICATE_INVALID,
        draft -> {
          draft.chain.set(
              0,
              NotationDraft.issue(
                  withUsage(
                      NotationDraft.builder(
                          LEAF,
                          "CN=between,O=acme,ST=WA,C=US",
                          LEAF_KEY,
                          "2026-02-01",
                          "2027-02-01")),
                  between));
          draft.chain.add(1, noAuthority);
        });
    NotationOutcomes.refused(
        new NotationDraft()
            .authority("2026-05-01T00:00:00Z")
            .check(of("\"strict\"", "\"ca:acme\"")),
        NotationReason.CERTIFICATE_UNTRUSTED);
    NotationOutcomes.refused(
        new NotationDraft().check(of("\"strict\"", "\"signingAuthority:acme\"")),
        NotationReason.CERTIFICATE_UNTRUSTED);
  }

  private static org.bouncycastle.cert.X509v3CertificateBuilder withUsage(
      org.bouncycastle.cert.X509v3CertificateBuilder builder) {
    try {
      return builder.addExtension(
          org.bouncycastle.asn1.x509.Extension.keyUsage,
          true,
          new KeyUsage(KeyUsage.digitalSignature));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static NotationVerifier of(String level, String stores) {
    return NotationDraft.verifier(NotationDraft.policy(level, stores, "\"*\"")).build();
  }

  private static NotationVerifier identity(String identities) {
    return NotationDraft.verifier(NotationDraft.policy("\"strict\"", "\"ca:acme\"", identities))
        .build();
  }

  @Test
  void N10_identity_isComparedByAttributes() {
    NotationVerifier acme = identity("\"x509.subject: C=US, ST=WA, O=acme\"");
    assertThat(new NotationDraft().check(acme).isAccepted()).isTrue();
    for (String subject :
        List.of(
            "CN=C\\=US\\, ST\\=WA\\, O\\=acme,O=evil,ST=WA,C=US",
            "CN=release+O=acme,ST=WA,C=US",
            "CN=release,O=acme,O=acme,ST=WA,C=US",
            "CN=release,O=Acme,ST=WA,C=US",
            "CN=release,OU=acme,ST=WA,C=US",
            "CN=release,OU=,O=acme,ST=WA,C=US")) {
      NotationDraft draft = new NotationDraft();
      draft.chain.set(0, NotationDraft.leaf(subject, LEAF_KEY));
      NotationOutcomes.refused(draft.check(acme), NotationReason.IDENTITY_MISMATCH);
    }
    assertThat(
            new NotationDraft()
                .check(
                    identity(
                        "\"x509.subject:C=US,ST=WA,O=evil\",\"x509.subject:CN=release,O=acme,ST=WA,C=US\""))
                .isAccepted())
        .isTrue();
  }

  @Test
  void N11_expired_isRefused() {
    refused(NotationReason.EXPIRED, draft -> draft.expiry(NOW.toString()));
    NotationSignature unused = accepted(draft -> draft.expiry(NOW.plusSeconds(1).toString()));
    refused(NotationReason.MALFORMED, draft -> draft.expiry("2026-05-01T10:00:00Z"));
    refused(NotationReason.MALFORMED, draft -> draft.headers.remove("io.cncf.notary.signingTime"));
    refused(
        NotationReason.MALFORMED,
        draft -> draft.header("io.cncf.notary.authenticSigningTime", "\"2026-05-01T10:00:00Z\""));
    for (String time : List.of("2026-05-01", "2026-02-30T00:00:00Z", "2026-05-01T10:00:00", "x")) {
      refused(
          NotationReason.MALFORMED,
          draft -> draft.header("io.cncf.notary.signingTime", "\"" + time + "\""));
    }
    refused(
        NotationReason.SCHEME_UNSUPPORTED,
        draft -> draft.header("io.cncf.notary.signingScheme", "\"notary.x509.other\""));
  }

  @Test
  void N12_expiredLeaf_needsATimestamp() {
    X509Certificate old =
        NotationDraft.leaf(
            LEAF, LEAF_KEY, "2026-02-01", "2026-05-15", true, KeyUsage.digitalSignature, false, "");
    refused(NotationReason.CERTIFICATE_NOT_VALID_AT_TIME, draft -> draft.chain.set(0, old));
    NotationDraft draft = new NotationDraft();
    draft.chain.set(0, old);
    NotationOutcomes.refused(
        draft.check(of("\"strict\"", "\"ca:acme\",\"tsa:acme\"")),
        NotationReason.TIMESTAMP_MISSING);
    draft.unprotected = ",\"io.cncf.notary.timestampSignature\":\"MAA=\"";
    NotationOutcomes.refused(
        draft.check(of("\"strict\"", "\"ca:acme\",\"tsa:acme\"")),
        NotationReason.TIMESTAMP_INVALID);
    NotationOutcomes.refused(
        new NotationDraft().check(of("\"strict\"", "\"ca:acme\",\"tsa:acme\"")),
        NotationReason.TIMESTAMP_MISSING);
    String lazy = "\"strict\",\"verifyTimestamp\":\"afterCertExpiry\"";
    assertThat(new NotationDraft().check(of(lazy, "\"ca:acme\",\"tsa:acme\"")).isAccepted())
        .isTrue();
    NotationOutcomes.refused(
        draft.check(of(lazy, "\"ca:acme\",\"tsa:acme\"")), NotationReason.TIMESTAMP_INVALID);
    NotationSignature then =
        accepted(
            each -> {
              each.authority("2026-05-01T00:00:00Z");
              each.chain.set(0, old);
            });
    assertThat(then.signedAt()).isPresent();
    refused(
        NotationReason.CERTIFICATE_NOT_VALID_AT_TIME,
        each -> {
          each.authority("2026-05-20T00:00:00Z");
          each.chain.set(0, old);
        });
  }

  @Test
  void N14_levelThatEnforcesNoAuthenticity_acceptsNothing() {
    for (String level :
        List.of("\"audit\"", "\"strict\",\"override\":{\"authenticity\":\"log\"}")) {
      NotationOutcomes.refused(
          new NotationDraft().check(of(level, "\"ca:acme\"")), NotationReason.POLICY_NOT_ENFORCED);
    }
    NotationVerifier skip =
        NotationDraft.verifier(NotationDraft.policy("\"skip\"", "", "")).build();
    NotationOutcomes.refused(new NotationDraft().check(skip), NotationReason.POLICY_NOT_ENFORCED);
    Checked<NotationSignature> logged =
        new NotationDraft()
            .expiry("2026-05-15T00:00:00Z")
            .check(of("\"permissive\"", "\"ca:acme\""));
    assertThat(logged.orThrow().notEnforced()).hasSize(1);
    assertThat(logged.orThrow().notEnforced().get(0).reason()).isEqualTo(NotationReason.EXPIRED);
  }

  @Test
  void N15_revocation_isJudgedByTheListsAtHand() {
    X509Certificate revocable =
        NotationDraft.leaf(
            LEAF,
            LEAF_KEY,
            "2026-02-01",
            "2027-02-01",
            true,
            KeyUsage.digitalSignature,
            false,
            "2.5.29.31");
    refused(NotationReason.REVOCATION_UNKNOWN, draft -> draft.chain.set(0, revocable));
    X509Certificate byOcsp =
        NotationDraft.leaf(
            LEAF,
            LEAF_KEY,
            "2026-02-01",
            "2027-02-01",
            true,
            KeyUsage.digitalSignature,
            false,
            "1.3.6.1.5.5.7.1.1");
    refused(NotationReason.REVOCATION_UNKNOWN, draft -> draft.chain.set(0, byOcsp));
    assertThat(
            revoked(revocable, NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-06-20", false))
                .isAccepted())
        .isTrue();
    NotationOutcomes.refused(
        revoked(
            revocable, NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-06-20", false, revocable)),
        NotationReason.REVOKED);
    for (X509CRL useless :
        List.of(
            NotationDraft.list(LEAF_KEY, "2026-05-20", "2026-06-20", false),
            NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-05-30", false),
            NotationDraft.list(ROOT_KEY, "2026-06-10", "2026-06-20", false),
            NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-06-20", true))) {
      NotationOutcomes.refused(revoked(revocable, useless), NotationReason.REVOCATION_UNKNOWN);
    }
    // one of a stranger revokes nobody, one that is old still does
    assertThat(
            revoked(
                    NotationDraft.leaf(LEAF, LEAF_KEY),
                    NotationDraft.list(
                        LEAF_KEY,
                        "2026-05-20",
                        "2026-06-20",
                        false,
                        NotationDraft.leaf(LEAF, LEAF_KEY)))
                .isAccepted())
        .isTrue();
    NotationOutcomes.refused(
        revoked(
            revocable, NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-05-30", false, revocable)),
        NotationReason.REVOKED);
  }

  private static Checked<NotationSignature> revoked(X509Certificate leaf, X509CRL list) {
    NotationDraft draft = new NotationDraft();
    draft.chain.set(0, leaf);
    return draft.check(
        NotationDraft.verifier(NotationDraft.policy("\"strict\"", "\"ca:acme\"", "\"*\""))
            .withRevocationLists(RevocationLists.of(List.of(list)))
            .build());
  }

  @Test
  void N16_pluginDemanded_isRefused() {
    refused(
        NotationReason.PLUGIN_REQUIRED,
        draft -> draft.critical("io.cncf.notary.verificationPlugin", "\"p\""));
    refused(
        NotationReason.PLUGIN_REQUIRED,
        draft -> draft.header("io.cncf.notary.verificationPlugin", "\"p\""));
    refused(
        NotationReason.PLUGIN_REQUIRED,
        draft -> draft.header("io.cncf.notary.verificationPluginMinVersion", "\"1.0.0\""));
  }

  @Test
  void texts_that_are_no_canonical_base64_are_refused() {
    String good = new String(new NotationDraft().make(), java.nio.charset.StandardCharsets.UTF_8);
    for (String member : List.of("payload", "protected", "signature")) {
      NotationOutcomes.refused(
          NotationDraft.strict()
              .check(
                  good.replaceFirst("\"" + member + "\":\"", "\"" + member + "\":\"=")
                      .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                  Envelope.JWS,
                  ImageReference.parse("registry.example/app"),
                  ARTIFACT),
          NotationReason.MALFORMED);
    }
    NotationOutcomes.refused(
        NotationDraft.strict()
            .check(
                good.replaceFirst("\"x5c\":\\[\"", "\"x5c\":[\" ")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Envelope.JWS,
                ImageReference.parse("registry.example/app"),
                ARTIFACT),
        NotationReason.MALFORMED);
    NotationOutcomes.refused(
        NotationDraft.strict()
            .check(
                new byte[Envelope.MAX_BYTES + 1],
                Envelope.JWS,
                ImageReference.parse("registry.example/app"),
                ARTIFACT),
        NotationReason.TOO_LARGE);
  }
}
