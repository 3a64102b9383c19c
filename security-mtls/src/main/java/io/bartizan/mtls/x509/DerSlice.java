package io.bartizan.mtls.x509;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One element of a DER encoding, by where it lies: nothing is copied. Immutable. */
final class DerSlice {

  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int ENUMERATED = 0x0a;
  static final int UTC_TIME = 0x17;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int EXTENSIONS_OF_LIST = 0xa0;

  private static final int LONGEST_TIME = 32;

  private final byte[] der;
  private final int start;
  private final int content;
  private final int end;

  private DerSlice(byte[] der, int start, int content, int end) {
    this.der = der;
    this.start = start;
    this.content = content;
    this.end = end;
  }

  /**
   * The element at a place.
   *
   * @throws IllegalArgumentException if there is none that ends before {@code limit}
   */
  static DerSlice at(byte[] der, int start, int limit) {
    if (limit - start < 2 || (der[start] & 0x1f) == 0x1f) {
      throw malformed(start);
    }
    int content = start + 2;
    long length = der[start + 1] & 0xff;
    if (length >= 0x80) {
      int bytes = (int) length - 0x80;
      if (bytes < 1 || bytes > 4 || limit - content < bytes) {
        throw malformed(start);
      }
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << 8 | (der[content++] & 0xff);
      }
    }
    if (length > limit - content) {
      throw malformed(start);
    }
    return new DerSlice(der, start, content, content + (int) length);
  }

  private static IllegalArgumentException malformed(int at) {
    return new IllegalArgumentException("malformed DER at " + at);
  }

  /** The first of the elements of a range; null if that is empty. */
  static @Nullable DerSlice first(byte[] der, int start, int limit) {
    return start == limit ? null : at(der, start, limit);
  }

  /** Where its tag is. */
  int start() {
    return start;
  }

  /** Where its value begins. */
  int content() {
    return content;
  }

  /** Where its value has ended. */
  int end() {
    return end;
  }

  /** How many bytes its value has. */
  int length() {
    return end - content;
  }

  int tag() {
    return der[start] & 0xff;
  }

  DerSlice require(int tag) {
    if (tag() != tag) {
      throw new IllegalArgumentException("an element of another type at " + start);
    }
    return this;
  }

  /** The element after it; null at the end of what both are in. */
  @Nullable DerSlice next(int limit) {
    return first(der, end, limit);
  }

  DerSlice required(int limit) {
    return at(der, end, limit);
  }

  /** The first element in it. */
  DerSlice inner() {
    return at(der, content, end);
  }

  @Nullable DerSlice firstInner() {
    return first(der, content, end);
  }

  boolean holds(byte[] value) {
    return Arrays.equals(der, content, end, value, 0, value.length);
  }

  boolean isMinimalInteger() {
    int length = length();
    return length == 1
        || (length > 1
            && !(der[content] == 0 && der[content + 1] >= 0)
            && !(der[content] == -1 && der[content + 1] < 0));
  }

  /** Whether it is a UTCTime or GeneralizedTime that begins with its digits down to the minute. */
  boolean isTime() {
    int digits = tag() == UTC_TIME ? 10 : tag() == GENERALIZED_TIME ? 12 : Integer.MAX_VALUE;
    if (length() <= digits || length() > LONGEST_TIME) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      if (der[content + i] < '0' || der[content + i] > '9') {
        return false;
      }
    }
    return true;
  }
}
