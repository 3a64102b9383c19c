package io.bartizan.mtls.x509;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.CRLReason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a revocation list, found by serial number in the list's own encoding (RFC 5280
 * section 5.1.2.6); 4 bytes an entry beside that.
 *
 * <p>Sorted are the entries' offsets, by a hash of the serial number that is computed anew for each
 * comparison; a search looks at one entry for each doubling of the list.
 */
final class RevokedSerials {

  private static final int SEED = new SecureRandom().nextInt();
  private static final byte[] REASON = {0x55, 0x1d, 0x15};
  private static final byte[] INVALIDITY_DATE = {0x55, 0x1d, 0x18};
  private static final CRLReason[] REASONS = CRLReason.values();

  /** RFC 5280 has 20; a search compares all bytes of a number. */
  private static final int MAX_SERIAL_BYTES = 64;

  private static final int FOR_GOOD = 2;

  private final byte[] der;
  private final int[] offsets;
  private final boolean unknownCritical;

  /**
   * Reads all entries.
   *
   * @param der the list, which nobody changes any more
   * @throws IllegalArgumentException if one is malformed
   */
  RevokedSerials(byte[] der, int start, int end) {
    this.der = der;
    int count = 0;
    boolean unknown = false;
    for (DerSlice at = DerSlice.first(der, start, end); at != null; at = at.next(end)) {
      unknown |= isUnknownCritical(at);
      count++;
    }
    long[] keys = new long[count];
    int filled = 0;
    for (DerSlice at = DerSlice.first(der, start, end); at != null; at = at.next(end)) {
      keys[filled++] = ((long) hash(at.inner()) << 32) | at.start();
    }
    Arrays.sort(keys);
    offsets = new int[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = (int) keys[i];
    }
    unknownCritical = unknown;
  }

  /** Checks the entry's form; whether it has a critical extension that is not understood. */
  private boolean isUnknownCritical(DerSlice entry) {
    DerSlice serial = entry.require(DerSlice.SEQUENCE).inner().require(DerSlice.INTEGER);
    if (!serial.isMinimalInteger() || serial.length() > MAX_SERIAL_BYTES) {
      throw new IllegalArgumentException("a serial number is not in DER, or too long");
    }
    DerSlice date = serial.required(entry.end());
    if (!date.isTime()) {
      throw new IllegalArgumentException("a revocation date is no time");
    }
    DerSlice extensions = date.next(entry.end());
    if (extensions == null) {
      return false;
    }
    if (extensions.require(DerSlice.SEQUENCE).end() != entry.end()) {
      throw new IllegalArgumentException("an entry has more than extensions");
    }
    boolean unknown = false;
    int reasons = 0;
    for (DerSlice one = extensions.firstInner(); one != null; one = one.next(extensions.end())) {
      DerSlice id = one.require(DerSlice.SEQUENCE).inner().require(DerSlice.OBJECT_IDENTIFIER);
      DerSlice second = id.required(one.end());
      boolean told = second.tag() == DerSlice.BOOLEAN;
      if (told && second.length() != 1) {
        throw new IllegalArgumentException("whether an extension is critical is not in DER");
      }
      boolean critical = told && der[second.content()] != 0; // some write "false", the default
      DerSlice value = told ? second.required(one.end()) : second;
      if (value.require(DerSlice.OCTET_STRING).end() != one.end()) {
        throw new IllegalArgumentException("an extension has more than a value");
      }
      boolean isReason = id.holds(REASON);
      if (isReason && (++reasons > 1 || !isReasonCode(value))) {
        throw new IllegalArgumentException("a reason is none, or is given twice");
      }
      unknown |= critical && !isReason && !id.holds(INVALIDITY_DATE);
    }
    return unknown;
  }

  private static boolean isReasonCode(DerSlice value) {
    return value.length() == 3 && value.inner().require(DerSlice.ENUMERATED).end() == value.end();
  }

  /** Whether an entry has a critical extension but for its reason and the date of invalidity. */
  boolean hasUnknownCritical() {
    return unknownCritical;
  }

  int count() {
    return offsets.length;
  }

  /** Of several entries for one number, the one that revokes for good counts, then that on hold. */
  @Nullable CRLReason named(BigInteger number) {
    byte[] serial = number.toByteArray();
    int hash = hash(serial, 0, serial.length);
    CRLReason named = null;
    for (int i = first(hash); i < offsets.length; i++) {
      DerSlice entry = entry(i);
      if (hash(entry.inner()) != hash) {
        break;
      }
      if (entry.inner().holds(serial)) {
        CRLReason reason = reason(entry);
        if (weight(reason) == FOR_GOOD) {
          return reason;
        }
        if (named == null || weight(reason) > weight(named)) {
          named = reason;
        }
      }
    }
    return named;
  }

  private DerSlice entry(int index) {
    return DerSlice.at(der, offsets[index], der.length);
  }

  private static int weight(CRLReason reason) {
    return switch (reason) {
      case REMOVE_FROM_CRL -> 0;
      case CERTIFICATE_HOLD -> 1;
      default -> FOR_GOOD;
    };
  }

  /** Where the entries of this hash begin, or would. */
  private int first(int hash) {
    int low = 0;
    int high = offsets.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hash(entry(middle).inner()) < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private CRLReason reason(DerSlice entry) {
    DerSlice extensions = entry.inner().required(entry.end()).next(entry.end());
    if (extensions == null) {
      return CRLReason.UNSPECIFIED;
    }
    for (DerSlice one = extensions.firstInner(); one != null; one = one.next(extensions.end())) {
      DerSlice id = one.inner();
      if (id.holds(REASON)) {
        int code = der[one.end() - 1]; // its only byte, as was checked
        return code >= 0 && code < REASONS.length ? REASONS[code] : CRLReason.UNSPECIFIED;
      }
    }
    return CRLReason.UNSPECIFIED;
  }

  private int hash(DerSlice serial) {
    return hash(der, serial.content(), serial.end());
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = SEED;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x01000193;
      hash ^= hash >>> 15;
    }
    hash *= 0x85ebca6b;
    return hash ^ (hash >>> 13);
  }
}
