package io.bartizan.integrity.attest.notation;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.notation.PolicyStatement.Action;
import io.bartizan.integrity.attest.notation.PolicyStatement.Check;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One envelope, judged in Notation's order: integrity, authenticity, expiry, time, revocation. */
final class EnvelopeCheck {

  private final Envelope envelope;
  private final PolicyStatement statement;
  private final TrustStores stores;
  private final RevocationLists revocation;
  private final Instant now;
  private final List<Refusal> logged = new ArrayList<>();
  private @Nullable Instant time;

  EnvelopeCheck(
      Envelope envelope,
      PolicyStatement statement,
      TrustStores stores,
      RevocationLists revocation,
      Instant now) {
    this.envelope = envelope;
    this.statement = statement;
    this.stores = stores;
    this.revocation = revocation;
    this.now = now;
  }

  NotationSignature verify(Descriptor artifact) {
    SigningAlgorithm.require(SigningChain.require(envelope.chain()), envelope);
    Map<String, String> annotations = requireSame(artifact);
    requireTrusted();
    requireIdentity();
    apply(Check.EXPIRY, this::requireUnexpired);
    apply(Check.AUTHENTIC_TIMESTAMP, this::requireTime);
    apply(Check.REVOCATION, () -> revocation.requireUnrevoked(envelope.chain(), now));
    return new NotationSignature(
        envelope.chain().get(0), envelope.attributes(), time, annotations, logged);
  }

  private void apply(Check check, Runnable rule) {
    Action action = statement.action(check);
    if (action == Action.SKIP) {
      return;
    }
    try {
      rule.run();
    } catch (VerificationException e) {
      if (action == Action.ENFORCE) {
        throw e;
      }
      logged.add(e.refusal());
    }
  }

  /** Digest, size and media type; gives what the signer remarked. */
  private Map<String, String> requireSame(Descriptor artifact) {
    JsonFields signed =
        JsonFields.parse(
                envelope.payload(),
                JsonLimits.ofBytes(Envelope.MAX_BYTES),
                NotationReason.MALFORMED,
                NotationReason.TOO_LARGE,
                "the payload")
            .object("targetArtifact");
    Digest digest = Digest.parseOci(signed.text("digest"));
    long size = signed.size("size");
    String mediaType = signed.text("mediaType");
    if (!digest.equals(artifact.digest())
        || size != artifact.size()
        || !mediaType.equals(artifact.mediaType())) {
      throw new VerificationException(
          NotationReason.ARTIFACT_MISMATCH,
          "signed is "
              + digest
              + " of "
              + size
              + " bytes, \""
              + SafeText.of(mediaType)
              + "\"; asked is "
              + artifact.digest()
              + " of "
              + artifact.size()
              + " bytes, \""
              + SafeText.of(artifact.mediaType())
              + "\"");
    }
    return signed.texts("annotations");
  }

  private void requireTrusted() {
    String type = envelope.attributes().scheme().storeType();
    List<X509Certificate> trusted = stores.certificates(statement.stores(), type);
    if (envelope.chain().stream().noneMatch(trusted::contains)) {
      throw new VerificationException(
          NotationReason.CERTIFICATE_UNTRUSTED,
          "no certificate of the chain is in a "
              + type
              + " store of statement \""
              + SafeText.of(statement.name())
              + "\"");
    }
  }

  private void requireIdentity() {
    if (statement.identities().isEmpty()) {
      return;
    }
    X509Certificate leaf = envelope.chain().get(0);
    DistinguishedName subject = DistinguishedName.of(leaf.getSubjectX500Principal());
    if (subject == null || statement.identities().stream().noneMatch(id -> id.isPartOf(subject))) {
      throw new VerificationException(
          NotationReason.IDENTITY_MISMATCH,
          "the certificate is of \""
              + SafeText.of(leaf.getSubjectX500Principal().getName())
              + "\", which statement \""
              + SafeText.of(statement.name())
              + "\" does not trust");
    }
  }

  private void requireUnexpired() {
    Instant expiry = envelope.attributes().expiry();
    if (expiry != null && !now.isBefore(expiry)) {
      throw new VerificationException(
          NotationReason.EXPIRED, "the signature has expired at " + expiry);
    }
  }

  /** When it was signed is the authority's or a timestamp's word; else all must be valid now. */
  private void requireTime() {
    if (envelope.attributes().scheme() == NotationScheme.X509_SIGNING_AUTHORITY) {
      Instant signedAt = envelope.attributes().signedAt();
      SigningChain.requireValidAt(envelope.chain(), signedAt, "the signing time");
      time = signedAt;
      return;
    }
    List<X509Certificate> roots = stores.certificates(statement.stores(), "tsa");
    boolean validNow = SigningChain.path(envelope.chain(), now) == null;
    if (roots.isEmpty() || (statement.timestampAfterExpiryOnly() && validNow)) {
      SigningChain.requireValidAt(envelope.chain(), now, "the time of verification");
      return;
    }
    byte[] token = envelope.timestamp();
    if (token == null) {
      throw new VerificationException(
          NotationReason.TIMESTAMP_MISSING, "the signature has no timestamp, the policy wants one");
    }
    NotationTimestamp stamp = NotationTimestamp.verify(token, envelope.signature(), roots);
    SigningChain.requireValidAt(
        envelope.chain(), stamp.time().minus(stamp.accuracy()), "the timestamp");
    SigningChain.requireValidAt(
        envelope.chain(), stamp.time().plus(stamp.accuracy()), "the timestamp");
    time = stamp.time();
  }
}
