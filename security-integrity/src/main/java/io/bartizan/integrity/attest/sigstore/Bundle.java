package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.x509.Certificates;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Sigstore bundle as it was read; nothing in it is verified. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and inside this package alone
record Bundle(
    Version version,
    byte @Nullable [] certificate,
    SignedContent content,
    List<LogEntry> entries,
    List<byte[]> timestamps) {

  private static final int MAX_ENTRIES = 32;
  private static final int MAX_TIMESTAMPS = 32;
  private static final int MAX_CERTIFICATES = 10;
  private static final int MAX_VALUES = 10_000;

  private static final Map<String, Version> VERSIONS =
      Map.of(
          "application/vnd.dev.sigstore.bundle+json;version=0.1", Version.V0_1,
          "application/vnd.dev.sigstore.bundle+json;version=0.2", Version.V0_2,
          "application/vnd.dev.sigstore.bundle+json;version=0.3", Version.V0_3,
          "application/vnd.dev.sigstore.bundle.v0.3+json", Version.V0_3);

  /** What each version requires of a log entry. */
  enum Version {
    /** What {@code cosign --bundle} wrote before there were versions: a promise, no proof. */
    COSIGN(true, false),
    V0_1(true, false),
    V0_2(false, true),
    V0_3(false, true);

    private final boolean promised;
    private final boolean proven;

    Version(boolean promised, boolean proven) {
      this.promised = promised;
      this.proven = proven;
    }

    boolean requiresPromise() {
      return promised;
    }

    boolean requiresProof() {
      return proven;
    }
  }

  static Bundle parse(byte[] json, int maxBytes) {
    JsonLimits limits = JsonLimits.ofText(maxBytes, json, MAX_VALUES);
    ProtoFields bundle = ProtoFields.parseBundle(json, limits, "the bundle");
    if (!bundle.has("mediaType") && bundle.has("base64Signature")) {
      return CosignBundle.read(bundle);
    }
    String mediaType = bundle.textOrEmpty("mediaType");
    Version version = VERSIONS.get(mediaType);
    if (version == null) {
      throw new VerificationException(
          SigstoreReason.VERSION_UNSUPPORTED,
          "the bundle's mediaType is \"" + mediaType + "\", versions 0.1 to 0.3 are accepted");
    }
    ProtoFields material = bundle.object("verificationMaterial");
    ProtoFields times = material.objectOrNull("timestampVerificationData");
    return new Bundle(
        version,
        certificate(material, version),
        content(bundle),
        material.objects("tlogEntries", MAX_ENTRIES).stream().map(LogEntry::read).toList(),
        times == null
            ? List.of()
            : times.objects("rfc3161Timestamps", MAX_TIMESTAMPS).stream()
                .map(each -> each.bytes("signedTimestamp"))
                .toList());
  }

  private static byte @Nullable [] certificate(ProtoFields material, Version version) {
    ProtoFields chain = material.objectOrNull("x509CertificateChain");
    ProtoFields single = material.objectOrNull("certificate");
    boolean keyed = material.objectOrNull("publicKey") != null;
    if ((chain == null ? 0 : 1) + (single == null ? 0 : 1) + (keyed ? 1 : 0) != 1) {
      throw material.refused("not exactly one of certificate, x509CertificateChain and publicKey");
    }
    if (single != null) {
      return single.bytes("rawBytes");
    }
    return chain == null ? null : first(chain, version);
  }

  /** The leaf; what follows is shape only, for the chain that counts is the trusted root's. */
  private static byte[] first(ProtoFields chain, Version version) {
    if (version == Version.V0_3) {
      throw chain.refused("version 0.3 has one certificate, not a chain");
    }
    List<ProtoFields> all = chain.objects("certificates", MAX_CERTIFICATES);
    if (all.isEmpty()) {
      throw chain.refused("there is no certificate");
    }
    for (ProtoFields each : all.subList(1, all.size())) {
      try {
        X509Certificate issuer = Certificates.read(each.bytes("rawBytes"));
        if (issuer.getSubjectX500Principal().equals(issuer.getIssuerX500Principal())) {
          throw each.refused("a root certificate has no place in a bundle");
        }
      } catch (CertificateException e) {
        throw each.refused(String.valueOf(e.getMessage()));
      }
    }
    return all.get(0).bytes("rawBytes");
  }

  private static SignedContent content(ProtoFields bundle) {
    ProtoFields message = bundle.objectOrNull("messageSignature");
    ProtoFields envelope = bundle.objectOrNull("dsseEnvelope");
    if ((message == null) == (envelope == null)) {
      throw bundle.refused("not exactly one of messageSignature and dsseEnvelope");
    }
    if (message != null) {
      return new SignedContent.Message(digest(message), message.bytes("signature"));
    }
    envelope = bundle.object("dsseEnvelope");
    List<ProtoFields> signatures = envelope.objects("signatures", MAX_ENTRIES);
    if (signatures.size() != 1) {
      throw envelope.refused("an envelope in a bundle has exactly one signature");
    }
    return new SignedContent.Envelope(
        envelope.text("payloadType"), envelope.bytes("payload"), signatures.get(0).bytes("sig"));
  }

  /** Null if the message says none. */
  private static @Nullable Digest digest(ProtoFields message) {
    ProtoFields said = message.objectOrNull("messageDigest");
    byte[] value = said == null ? null : said.bytesOrNull("digest");
    if (said == null || value == null) {
      return null;
    }
    DigestAlgorithm algorithm = KeyDetails.hashOfProto(said.textOrEmpty("algorithm"));
    if (algorithm == null || value.length != algorithm.length()) {
      throw said.refused("no digest of SHA2_256, SHA2_384 or SHA2_512");
    }
    return Digest.ofValue(algorithm, value);
  }
}
