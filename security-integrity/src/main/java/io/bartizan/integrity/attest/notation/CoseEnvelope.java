package io.bartizan.integrity.attest.notation;

import io.bartizan.core.VerificationException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a tagged COSE_Sign1 (RFC 9052 section 4.2), as Notation has it. */
final class CoseEnvelope {

  private static final long SIGN1 = 18;
  private static final long EPOCH_TIME = 1;
  private static final Long ALGORITHM = 1L;
  private static final Long CRITICAL = 2L;
  private static final Long CONTENT_TYPE = 3L;
  private static final Long CHAIN = 33L;
  private static final long YEAR_10000 = 253_402_300_800L;

  private static final Map<Object, String> ALGORITHMS =
      Map.of(
          -37L, "PS256",
          -38L, "PS384",
          -39L, "PS512",
          -7L, "ES256",
          -35L, "ES384",
          -36L, "ES512");

  private CoseEnvelope() {}

  static Envelope parse(byte[] cbor) {
    if (!(Cbor.read(cbor) instanceof Cbor.Tagged sign1)
        || sign1.tag() != SIGN1
        || !(sign1.value() instanceof List<?> parts)
        || parts.size() != 4) {
      throw Envelope.malformed("is no tagged COSE_Sign1");
    }
    byte[] protectedBytes = bytes(parts.get(0), "the protected header");
    Map<?, ?> unprotected = map(parts.get(1), "the unprotected header");
    byte[] payload = bytes(parts.get(2), "the payload");
    byte[] signature = bytes(parts.get(3), "the signature");
    Map<?, ?> header = map(Cbor.read(protectedBytes), "the protected header");
    for (Object label : unprotected.keySet()) {
      if (header.containsKey(label)) {
        throw Envelope.malformed("a label is in both headers");
      }
      if (isToBeProtected(label)) {
        throw Envelope.malformed("a header that must be protected is not");
      }
    }
    Object timestamp = unprotected.get(SignedAttributes.TIMESTAMP);
    return new Envelope(
        attributes(header),
        payload,
        signed(protectedBytes, payload),
        signature,
        Envelope.certificates(chain(unprotected)),
        timestamp == null ? null : bytes(timestamp, "the timestamp"));
  }

  private static boolean isToBeProtected(Object label) {
    return label.equals(ALGORITHM)
        || label.equals(CRITICAL)
        || label.equals(CONTENT_TYPE)
        || SignedAttributes.PROTECTED.contains(label);
  }

  private static SignedAttributes attributes(Map<?, ?> header) {
    SignedAttributes.Headers headers =
        new SignedAttributes.Headers() {
          @Override
          public boolean has(String name) {
            return header.containsKey(name);
          }

          @Override
          public String text(String name) {
            if (header.get(name) instanceof String text) {
              return text;
            }
            throw Envelope.malformed(name + " is no text");
          }

          @Override
          public Instant time(String name) {
            if (header.get(name) instanceof Cbor.Tagged time
                && time.tag() == EPOCH_TIME
                && time.value() instanceof Long seconds
                && seconds >= 0
                && seconds < YEAR_10000) {
              return Instant.ofEpochSecond(seconds);
            }
            throw Envelope.malformed(name + " is no integer with tag 1");
          }
        };
    Object algorithm = header.get(ALGORITHM);
    Object type = header.get(CONTENT_TYPE);
    if (algorithm == null || type == null) {
      throw Envelope.malformed("it says no algorithm or no content type");
    }
    return SignedAttributes.judge(
        headers,
        critical(header.get(CRITICAL)),
        ALGORITHMS.getOrDefault(algorithm, "another COSE algorithm"),
        type instanceof String text ? text : "another than a text");
  }

  private static List<String> critical(@Nullable Object labels) {
    List<String> texts = new ArrayList<>();
    for (Object each : labels == null ? List.of() : list(labels, "crit")) {
      if (!(each instanceof String text)) {
        throw new VerificationException(
            NotationReason.CRITICAL_UNKNOWN, "a header that is not named by a text is critical");
      }
      texts.add(text);
    }
    return texts;
  }

  private static List<byte[]> chain(Map<?, ?> unprotected) {
    Object chain = unprotected.get(CHAIN);
    List<byte[]> certificates = new ArrayList<>();
    for (Object each : chain == null ? List.of() : list(chain, "x5chain")) {
      certificates.add(bytes(each, "a certificate of x5chain"));
    }
    return certificates;
  }

  /** The Sig_structure of a COSE_Sign1 with no external data. */
  private static byte[] signed(byte[] protectedBytes, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x84);
    out.write(0x6a);
    out.writeBytes("Signature1".getBytes(StandardCharsets.US_ASCII));
    write(out, protectedBytes);
    write(out, new byte[0]);
    write(out, payload);
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, byte[] bytes) {
    int length = bytes.length;
    if (length < 24) {
      out.write(0x40 | length);
    } else {
      int size = length < 1 << 8 ? 0 : length < 1 << 16 ? 1 : 2;
      out.write(0x58 | size);
      for (int shift = (8 << size) - 8; shift >= 0; shift -= 8) {
        out.write(length >>> shift);
      }
    }
    out.writeBytes(bytes);
  }

  private static byte[] bytes(Object value, String what) {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    throw Envelope.malformed(what + " is no byte string");
  }

  private static Map<?, ?> map(Object value, String what) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw Envelope.malformed(what + " is no map");
  }

  private static List<?> list(Object value, String what) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw Envelope.malformed(what + " is no array");
  }
}
