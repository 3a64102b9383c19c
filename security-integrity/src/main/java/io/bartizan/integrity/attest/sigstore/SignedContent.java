package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.json.DsseEncoding;
import org.jspecify.annotations.Nullable;

/** What a bundle says was signed, as it was read. */
sealed interface SignedContent permits SignedContent.Message, SignedContent.Envelope {

  byte[] signature();

  /** The signature of an artifact. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Message(@Nullable Digest digest, byte[] signature) implements SignedContent {}

  /** A DSSE envelope of one signature. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Envelope(String payloadType, byte[] payload, byte[] signature) implements SignedContent {

    /** What the signature is over. */
    byte[] preAuthenticationEncoding() {
      return DsseEncoding.signed(payloadType, payload);
    }
  }
}
