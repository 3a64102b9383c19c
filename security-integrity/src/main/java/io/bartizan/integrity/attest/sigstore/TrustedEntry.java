package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.x509.Signatures;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An entry that says it is of a log of the trusted root, with its body read. */
record TrustedEntry(TrustedLog log, LogEntry entry, RekorBody body) {

  /** Of the year 9999: no certificate is valid later (RFC 5280 section 4.1.2.5). */
  private static final long LAST_SECOND = 253_402_300_799L;

  /** The entries of trusted logs; those of others count for nothing. */
  static List<TrustedEntry> of(Bundle bundle, TrustedRoot root) {
    List<TrustedEntry> all = new ArrayList<>();
    for (LogEntry each : bundle.entries()) {
      TrustedLog log = root.log(each.logId());
      if (log != null) {
        all.add(new TrustedEntry(log, each, RekorBody.read(each)));
      }
    }
    return all;
  }

  /**
   * Verifies promise and proof, as many as are there, and that those are there which the version of
   * the bundle and the kind of the entry require.
   *
   * @return the time that the log promised; null if it promised none
   */
  @Nullable Instant prove(Bundle.Version version) {
    LogEntry.Proof proof = entry.proof();
    if (proof == null && (version.requiresProof() || body.v2())) {
      throw new VerificationException(
          SigstoreReason.PROOF_MISSING, "the entry of " + log + " has no inclusion proof");
    }
    if (entry.promise() == null && version.requiresPromise()) {
      throw new VerificationException(
          SigstoreReason.PROMISE_INVALID, "the entry of " + log + " has no promise");
    }
    if (proof != null) {
      proof(proof);
    }
    return entry.promise() == null ? null : promised(entry.promise());
  }

  private Instant promised(byte[] promise) {
    if (body.v2()) {
      throw new VerificationException(
          SigstoreReason.PROMISE_INVALID, "an entry of Rekor v2 has a promise");
    }
    String text =
        "{\"body\":\""
            + Base64.getEncoder().encodeToString(entry.body())
            + "\",\"integratedTime\":"
            + entry.integratedTime()
            + ",\"logID\":\""
            + HexFormat.of().formatHex(log.id())
            + "\",\"logIndex\":"
            + entry.logIndex()
            + "}";
    if (entry.integratedTime() <= 0
        || entry.integratedTime() > LAST_SECOND
        || !Signatures.matches(log.key(), text.getBytes(StandardCharsets.UTF_8), promise)) {
      throw new VerificationException(
          SigstoreReason.PROMISE_INVALID, "the promise of " + log + " is not over this entry");
    }
    Instant time = Instant.ofEpochSecond(entry.integratedTime());
    requireValidAt(time);
    return time;
  }

  void requireValidAt(Instant time) {
    if (!log.window().holds(time)) {
      throw new VerificationException(
          SigstoreReason.LOG_NOT_VALID_AT_TIME,
          "logged at " + time + ", " + log + " is valid from " + log.window());
    }
  }

  private void proof(LogEntry.Proof proof) {
    if (proof.checkpoint() == null) {
      throw new VerificationException(
          SigstoreReason.PROOF_MISSING, "the inclusion proof of " + log + " has no checkpoint");
    }
    if (body.v2() && entry.logIndex() != proof.index()) { // its logs have no shards
      throw new VerificationException(
          SigstoreReason.PROOF_INVALID, "the entry and its proof name two places in " + log);
    }
    Checkpoint checkpoint = Checkpoint.parse(proof.checkpoint());
    checkpoint.requireSignedBy(log, body.v2());
    if (checkpoint.size() != proof.treeSize()
        || !Arrays.equals(checkpoint.root(), proof.root())
        || !MerkleProof.leadsTo(checkpoint.root(), proof, entry.body())) {
      throw new VerificationException(
          SigstoreReason.PROOF_INVALID,
          "the inclusion proof of " + log + " does not lead to the checkpoint's tree");
    }
  }
}
