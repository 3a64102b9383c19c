package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.artifact.Digest;
import java.nio.charset.StandardCharsets;
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

    /** What is signed: {@code DSSEv1 SP LEN(type) SP type SP LEN(body) SP body}. */
    byte[] preAuthenticationEncoding() {
      byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
      byte[] head = ("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.UTF_8);
      byte[] middle = (" " + payload.length + " ").getBytes(StandardCharsets.UTF_8);
      byte[] all = new byte[head.length + type.length + middle.length + payload.length];
      int at = 0;
      for (byte[] part : new byte[][] {head, type, middle, payload}) {
        System.arraycopy(part, 0, all, at, part.length);
        at += part.length;
      }
      return all;
    }
  }
}
