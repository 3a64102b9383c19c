package io.bartizan.integrity.attest.sigstore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transparency log entry as the bundle has it; nothing in it is verified. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and inside this package alone
record LogEntry(
    byte[] logId,
    long logIndex,
    long integratedTime,
    String kind,
    String version,
    byte @Nullable [] promise,
    @Nullable Proof proof,
    byte[] body) {

  private static final int MAX_HASHES = 64;

  /** An inclusion proof; the checkpoint is what its root rests on. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Proof(
      long index, long treeSize, byte[] root, List<byte[]> hashes, @Nullable String checkpoint) {

    static Proof read(ProtoFields fields) {
      ProtoFields checkpoint = fields.objectOrNull("checkpoint");
      String envelope = checkpoint == null ? "" : checkpoint.textOrEmpty("envelope");
      return new Proof(
          fields.number("logIndex"),
          fields.number("treeSize"),
          fields.bytes("rootHash"),
          fields.byteArrays("hashes", MAX_HASHES),
          envelope.isEmpty() ? null : envelope);
    }
  }

  static LogEntry read(ProtoFields fields) {
    ProtoFields kind = fields.object("kindVersion");
    ProtoFields promise = fields.objectOrNull("inclusionPromise");
    ProtoFields proof = fields.objectOrNull("inclusionProof");
    return new LogEntry(
        fields.object("logId").bytes("keyId"),
        fields.number("logIndex"),
        fields.number("integratedTime"),
        kind.text("kind"),
        kind.text("version"),
        promise == null ? null : promise.bytes("signedEntryTimestamp"),
        proof == null ? null : Proof.read(proof),
        fields.bytes("canonicalizedBody"));
  }
}
