package io.bartizan.spiffe;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads protobuf's wire format: the fields of one message, in order, from bytes that a stranger may
 * have written.
 *
 * <p>{@link #next} moves to a field; its value is then taken by {@link #bytes} or {@link #text}, or
 * skipped. Every length is checked against what is left. Groups, which proto3 does not have, are
 * refused.
 */
final class WireReader {

  private static final int LENGTH_DELIMITED = 2;

  private final byte[] data;
  private final int end;
  private int at;
  private int wireType;

  WireReader(byte[] data) {
    this.data = data;
    end = data.length;
  }

  /** The number of the next field, or 0 at the end of the message. */
  int next() {
    if (at == end) {
      return 0;
    }
    long tag = varint();
    wireType = (int) (tag & 7);
    long number = tag >>> 3;
    if (number < 1 || number > (1 << 29) - 1) {
      throw malformed("a field's number is out of range");
    }
    return (int) number;
  }

  /** The value of a field that is bytes or a message. */
  byte[] bytes() {
    if (wireType != LENGTH_DELIMITED) {
      throw malformed("a field is of another type");
    }
    int length = length();
    byte[] value = new byte[length];
    System.arraycopy(data, at, value, 0, length);
    at += length;
    return value;
  }

  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes())).toString();
    } catch (CharacterCodingException e) {
      throw malformed("a text is not UTF-8");
    }
  }

  void skip() {
    switch (wireType) {
      case 0 -> {
        long unused = varint();
      }
      case 1 -> skip(8);
      case LENGTH_DELIMITED -> skip(length());
      case 5 -> skip(4);
      default -> throw malformed("a field is of a type that proto3 does not have");
    }
  }

  private void skip(int count) {
    if (count > end - at) {
      throw malformed("it ends within a field");
    }
    at += count;
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw malformed("it ends within a field");
    }
    return (int) length;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == end) {
        throw malformed("it ends within a number");
      }
      byte next = data[at++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed("a number is too long");
  }

  private static WorkloadApiException malformed(String why) {
    return new WorkloadApiException(
        WorkloadReason.RESPONSE_MALFORMED, "the response is no message of the standard: " + why);
  }
}
