package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.keys.BouncyCastle;
import io.bartizan.integrity.x509.Signatures;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The verification of one bundle, in the order in which it must be done: entries bound to what the
 * bundle says, promises and proofs, timestamps, then the certificate at every time that these gave,
 * its SCTs, the signature, and last who signed. What is there and wrong is never skipped.
 */
final class BundleCheck {

  private final Requirements requirements;
  private final Bundle bundle;
  private final Signer signer;
  private final List<TrustedEntry> entries;

  BundleCheck(Requirements requirements, Bundle bundle) {
    this.requirements = requirements;
    this.bundle = bundle;
    this.signer = signer();
    this.entries = TrustedEntry.of(bundle, requirements.root());
  }

  private Signer signer() {
    KeyPolicy key = requirements.key();
    byte[] certificate = bundle.certificate();
    if ((key == null) != (certificate != null)) {
      throw new VerificationException(
          SigstoreReason.SIGNER_KIND_MISMATCH,
          certificate == null
              ? "the bundle was signed by a key, a certificate of an identity is required"
              : "the bundle was signed by a certificate, the given key is required");
    }
    if (certificate != null) {
      LeafCertificate leaf = LeafCertificate.parse(certificate);
      return new Signer(leaf.key(), leaf);
    }
    if (key == null) {
      throw new IllegalStateException("neither key nor certificate");
    }
    return new Signer(key.key(), null);
  }

  /** Verifies the signature of an artifact. */
  <X extends Exception> VerifiedBundle artifact(Presented.Source<X> source) throws X {
    if (!(bundle.content() instanceof SignedContent.Message message)) {
      throw new VerificationException(
          SigstoreReason.CONTENT_KIND_MISMATCH,
          "the bundle holds an attestation, the signature of an artifact is required");
    }
    boolean unlogged = entries.isEmpty() && Signatures.isEd25519(signer.key());
    DigestAlgorithm signed = signedHash();
    Set<DigestAlgorithm> needed = EnumSet.of(signed);
    Digest said = message.digest();
    if (said != null) {
      needed.add(said.algorithm());
    }
    entries.forEach(each -> needed.add(each.body().digest().algorithm()));
    Presented artifact = source.present(needed);
    for (TrustedEntry each : entries) {
      RekorBody body = each.body();
      requireKind(body, "hashedrekord", each);
      if (body.details() == KeyDetails.PKIX_ED25519) {
        throw RekorBody.mismatch("a logged signature of an artifact by Ed25519 is prehashed");
      }
      Digest given = artifact.digest(body.digest().algorithm());
      if (!given.equals(body.digest())) {
        throw said != null && body.digest().equals(said)
            ? new VerificationException(
                SigstoreReason.DIGEST_MISMATCH,
                "signed and logged is " + body.digest() + ", the artifact is " + given)
            : RekorBody.mismatch(
                "the log entry is about " + body.digest() + ", the artifact is " + given);
      }
    }
    Evidence evidence = evidence();
    if (!unlogged && Signatures.isEd25519(signer.key()) && !BouncyCastle.isPresent()) {
      throw new VerificationException(
          SigstoreReason.SIGNATURE_INVALID, "Ed25519ph needs bcprov-jdk18on, which is not there");
    }
    boolean right =
        unlogged
            ? matchesUnlogged(artifact, message.signature())
            : Signatures.matches(signer.key(), artifact.digest(signed), message.signature());
    if (!right) {
      throw signatureInvalid();
    }
    if (said != null && !said.equals(artifact.digest(said.algorithm()))) {
      throw new VerificationException(
          SigstoreReason.DIGEST_MISMATCH, "the bundle says the digest of other content");
    }
    return verified(evidence, artifact.digest(signed));
  }

  /**
   * By an Ed25519 key, in either form: without a log entry nothing says which it is, and cosign
   * writes both. They sign under different prefixes (RFC 8032 section 5.1), so a signature in one
   * form verifies in the other for no content.
   */
  private boolean matchesUnlogged(Presented artifact, byte[] signature) {
    if (artifact.hasContent()) {
      return matchesEither(artifact.content(), signature);
    }
    return (BouncyCastle.isPresent()
            && artifact.has(DigestAlgorithm.SHA_512)
            && Signatures.matches(
                signer.key(), artifact.digest(DigestAlgorithm.SHA_512), signature))
        || Signatures.matches(signer.key(), artifact.content(), signature);
  }

  private boolean matchesEither(byte[] content, byte[] signature) {
    return Signatures.matches(signer.key(), content, signature)
        || Signatures.matchesPrehashed(signer.key(), content, signature);
  }

  /**
   * The hash that was signed: the one of the key's kind, unless an entry of Rekor v1 names another,
   * as those of old signers with P-384 and P-521 do.
   */
  private DigestAlgorithm signedHash() {
    if (!Signatures.isEd25519(signer.key())) {
      for (TrustedEntry each : entries) {
        if (!each.body().v2()) {
          return each.body().digest().algorithm();
        }
      }
    }
    return Signatures.defaultHash(signer.key());
  }

  /** Verifies a statement. */
  SignedStatement statement(Digest artifact, String predicateType) {
    if (!(bundle.content() instanceof SignedContent.Envelope envelope)) {
      throw new VerificationException(
          SigstoreReason.CONTENT_KIND_MISMATCH,
          "the bundle holds the signature of an artifact, an attestation is required");
    }
    if (!envelope.payloadType().equals(StatementReader.PAYLOAD_TYPE)) {
      throw new VerificationException(
          SigstoreReason.PAYLOAD_TYPE_MISMATCH,
          "payloadType is \"" + envelope.payloadType() + "\", an in-toto statement is expected");
    }
    byte[] encoded = envelope.preAuthenticationEncoding();
    for (TrustedEntry each : entries) {
      requireEnvelope(each, envelope, encoded);
    }
    Evidence evidence = evidence();
    boolean right =
        (entries.isEmpty() && Signatures.isEd25519(signer.key()))
            ? matchesEither(encoded, envelope.signature())
            : Signatures.matches(signer.key(), encoded, envelope.signature());
    if (!right) {
      throw signatureInvalid();
    }
    return StatementReader.read(
        envelope.payload(), artifact, predicateType, verified(evidence, artifact));
  }

  private static void requireEnvelope(
      TrustedEntry entry, SignedContent.Envelope envelope, byte[] encoded) {
    RekorBody body = entry.body();
    if (body.details() == KeyDetails.PKIX_ED25519_PH) {
      throw RekorBody.mismatch("the log entry's signature is prehashed, an envelope's is not");
    }
    if (!body.overEnvelope()) {
      if (!body.v2()) {
        requireKind(body, "dsse or intoto", entry);
      }
      if (!Digest.compute(body.digest().algorithm(), encoded).equals(body.digest())) {
        throw RekorBody.mismatch("the log entry is about another envelope");
      }
      return;
    }
    if (!Digest.sha256Of(envelope.payload()).equals(body.digest())
        || (body.payloadType() != null && !body.payloadType().equals(envelope.payloadType()))) {
      throw RekorBody.mismatch("the log entry is about another envelope");
    }
  }

  private static void requireKind(RekorBody body, String kind, TrustedEntry entry) {
    if (!body.type().kind().equals(kind)) {
      throw RekorBody.mismatch(
          "the entry of " + entry.log() + " is " + body.type() + ", " + kind + " is expected");
    }
  }

  private static VerificationException signatureInvalid() {
    return new VerificationException(
        SigstoreReason.SIGNATURE_INVALID, "the signature is not over this content by this signer");
  }

  /** What logs and authorities say. */
  private record Evidence(
      List<VerifiedTime> times, List<VerifiedLogEntry> entries, List<String> certificateLogs) {}

  private Evidence evidence() {
    List<VerifiedTime> times = new ArrayList<>();
    List<VerifiedLogEntry> logged = new ArrayList<>();
    Set<String> logs = new TreeSet<>();
    List<TrustedEntry> untimed = new ArrayList<>();
    for (TrustedEntry each : entries) {
      each.body().requireSigner(signer);
      each.body().requireSignature(bundle.content().signature());
      Instant time = each.prove(bundle.version());
      String name = each.log().toString();
      if (time == null) {
        untimed.add(each);
      } else {
        times.add(new VerifiedTime(time, VerifiedTime.Source.TRANSPARENCY_LOG, name));
      }
      logs.add(each.log().idText());
      logged.add(new VerifiedLogEntry(name, each.entry().logIndex(), each.entry().proof() != null));
    }
    requireEnough(
        SigstoreReason.LOG_ENTRY_MISSING, logs.size(), requirements.logs(), "transparency logs");
    List<VerifiedTime> stamped = TimestampCheck.times(bundle, requirements.root());
    long authorities = stamped.stream().map(VerifiedTime::name).distinct().count();
    requireEnough(
        SigstoreReason.TIME_MISSING,
        authorities,
        requirements.timestampAuthorities(),
        "timestamp authorities");
    times.addAll(stamped);
    List<Instant> moments = times.stream().map(VerifiedTime::time).distinct().toList();
    untimed.forEach(each -> moments.forEach(each::requireValidAt));
    return new Evidence(times, logged, requireValid(moments));
  }

  /** The certificate logs that have the certificate. */
  private List<String> requireValid(List<Instant> moments) {
    KeyPolicy key = requirements.key();
    if (moments.isEmpty() && (key == null || !key.isAlwaysValid() || requirements.logs() > 0)) {
      throw new VerificationException(
          SigstoreReason.TIME_MISSING,
          "no log and no timestamp authority of the trusted root says when it was signed");
    }
    LeafCertificate leaf = signer.leaf();
    if (leaf == null) {
      if (key != null) {
        key.requireValidAt(moments);
      }
      return List.of();
    }
    TrustedRoot root = requirements.root();
    X509Certificate issuer = FulcioChain.issuer(leaf, root.certificateAuthorities(), moments);
    Set<TrustedLog> logs = SctCheck.logs(leaf, issuer, root);
    requireEnough(
        SigstoreReason.SCT_MISSING,
        logs.size(),
        requirements.certificateLogs(),
        "certificate logs");
    return logs.stream().map(TrustedLog::toString).toList();
  }

  private static void requireEnough(SigstoreReason reason, long found, int needed, String what) {
    if (found < needed) {
      throw new VerificationException(
          reason,
          "it is known to " + found + " " + what + " of the trusted root, needed are " + needed);
    }
  }

  private VerifiedBundle verified(Evidence evidence, Digest artifact) {
    @Nullable LeafCertificate leaf = signer.leaf();
    IdentityPolicy identity = requirements.identity();
    if (leaf != null && identity != null) {
      identity.require(leaf.whoSigned());
    }
    return new VerifiedBundle(
        artifact,
        leaf == null ? null : leaf.whoSigned(),
        Digest.sha256Of(signer.key().spki()),
        evidence.times,
        evidence.entries,
        evidence.certificateLogs);
  }
}
