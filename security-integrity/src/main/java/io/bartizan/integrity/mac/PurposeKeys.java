package io.bartizan.integrity.mac;

import io.bartizan.core.SecretReason;
import io.bartizan.core.VerificationException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The keys of one purpose, derived from the ring of the moment, and what they sign. */
final class PurposeKeys {

  private static final byte[] KEY_LABEL = label("bartizan signed value key v1");
  private static final byte[] VALUE_LABEL = label("bartizan signed value v1");

  private final String text;
  private final byte[] purpose;
  private final Supplier<MacKeyRing> source;
  private volatile @Nullable Derived derived;

  /** One ring and what was derived from it, in the same order. */
  record Derived(MacKeyRing ring, List<Hmac> keys) {}

  PurposeKeys(String purpose, Supplier<MacKeyRing> source) throws CharacterCodingException {
    this.text = purpose;
    this.purpose = utf8(purpose);
    this.source = source;
    MacKeyRing ring = ringOrNull();
    this.derived = ring == null ? null : derive(ring);
  }

  /**
   * Derives anew when the ring has changed; two threads that both see it do the same work.
   *
   * @throws VerificationException with {@link MacReason#KEYS_UNAVAILABLE} before there is a ring
   */
  Derived now() {
    MacKeyRing ring = ringOrNull();
    if (ring == null) {
      throw new VerificationException(
          MacReason.KEYS_UNAVAILABLE, "purpose " + text + ": the key ring was not read yet");
    }
    Derived known = derived;
    if (known == null || known.ring != ring) {
      known = derive(ring);
      derived = known;
    }
    return known;
  }

  /** Null before a {@link io.bartizan.core.Rotating} has a first ring. */
  @Nullable MacKeyRing ringOrNull() {
    try {
      return source.get();
    } catch (VerificationException e) {
      if (e.reason() == SecretReason.SECRET_UNAVAILABLE) {
        return null;
      }
      throw e;
    }
  }

  private Derived derive(MacKeyRing ring) {
    return new Derived(ring, ring.derive(Pae.encode(KEY_LABEL, purpose)));
  }

  byte[] framed(byte[] header, byte[] payload, String... associatedData)
      throws CharacterCodingException {
    byte[][] pieces = new byte[4 + associatedData.length][];
    pieces[0] = VALUE_LABEL;
    pieces[1] = purpose;
    pieces[2] = header;
    pieces[3] = payload;
    for (int i = 0; i < associatedData.length; i++) {
      pieces[4 + i] = utf8(associatedData[i]);
    }
    return Pae.encode(pieces);
  }

  /** UTF-8 without replacement: two texts never become the same bytes. */
  static byte[] utf8(String text) throws CharacterCodingException {
    ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static byte[] label(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
