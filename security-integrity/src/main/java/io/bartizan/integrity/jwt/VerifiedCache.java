package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.house.Sha256;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Tokens whose signature and content one verifier has accepted, found by the SHA-256 of their
 * signature and compared by everything that is signed. So a long token costs no long hash, and what
 * is kept is no token that somebody could use.
 *
 * <p>How it works: the hash's first bits choose a group of {@value #WAYS} places, and a newcomer
 * takes the place of whichever there has expired or expires first. So memory is bounded, nothing is
 * locked, and only whoever holds a genuine token can put anything in. An entry is good for the very
 * {@link KeyRing} that verified it: when keys change, all of them are void at once.
 */
final class VerifiedCache {

  private static final int WAYS = 4;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The SHA-256 of a token's signature, as it is written. */
  record Key(long first, long second, long third, long fourth) {}

  /** An accepted token, and whose key made it so. */
  @SuppressWarnings("ArrayRecordComponent") // isOf compares it, and nobody changes it
  private record Entry(
      Key key, byte[] signed, Accepted<VerifiedJwt> accepted, IssuerKeys issuer, KeyRing ring) {

    boolean isOf(Key other, CompactToken token) {
      return key.equals(other)
          && Arrays.equals(signed, 0, signed.length, token.bytes, 0, token.payloadEnd);
    }
  }

  private final AtomicReferenceArray<@Nullable Entry> entries;
  private final int groupMask;
  private final MessageDigest prototype;

  VerifiedCache(int maxEntries) {
    int groups = Math.max(1, Integer.highestOneBit(maxEntries / WAYS));
    this.entries = new AtomicReferenceArray<>(groups * WAYS);
    this.groupMask = groups - 1;
    this.prototype = Sha256.newDigest();
  }

  int capacity() {
    return entries.length();
  }

  Key key(CompactToken token) {
    int start = token.payloadEnd + 1;
    MessageDigest digest = newDigest();
    digest.update(token.bytes, start, token.bytes.length - start);
    byte[] hash = digest.digest();
    return new Key(
        (long) LONGS.get(hash, 0),
        (long) LONGS.get(hash, 8),
        (long) LONGS.get(hash, 16),
        (long) LONGS.get(hash, 24));
  }

  private MessageDigest newDigest() {
    try {
      return (MessageDigest) prototype.clone();
    } catch (CloneNotSupportedException e) {
      return Sha256.newDigest();
    }
  }

  @Nullable Accepted<VerifiedJwt> find(Key key, CompactToken token) {
    int start = start(key);
    for (int i = start; i < start + WAYS; i++) {
      Entry entry = entries.get(i);
      if (entry != null && entry.isOf(key, token)) {
        if (!entry.issuer.isTrusted() || entry.issuer.current() != entry.ring) {
          return null;
        }
        entry.issuer.verified();
        return entry.accepted;
      }
    }
    return null;
  }

  void put(
      Key key,
      CompactToken token,
      Accepted<VerifiedJwt> accepted,
      IssuerKeys issuer,
      KeyRing ring) {
    int start = start(key);
    int victim = start;
    long soonest = Long.MAX_VALUE;
    for (int i = start; i < start + WAYS; i++) {
      Entry entry = entries.get(i);
      if (entry == null || entry.key.equals(key) || entry.issuer.current() != entry.ring) {
        victim = i;
        break;
      }
      long expiry = entry.accepted.value().claimSet().expiresAt;
      if (expiry < soonest) {
        soonest = expiry;
        victim = i;
      }
    }
    byte[] signed = Arrays.copyOf(token.bytes, token.payloadEnd);
    entries.set(victim, new Entry(key, signed, accepted, issuer, ring));
  }

  private int start(Key key) {
    return ((int) key.first & groupMask) * WAYS;
  }
}
