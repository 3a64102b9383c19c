package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.house.Sha256;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Tokens whose signature and content one verifier has accepted, found by their SHA-256.
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

  /** The SHA-256 of a token. */
  record Key(long first, long second, long third, long fourth) {}

  /** An accepted token, and whose key made it so. */
  record Entry(Key key, Accepted<VerifiedJwt> accepted, IssuerKeys issuer, KeyRing ring) {}

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

  Key key(byte[] token) {
    byte[] hash;
    try {
      hash = ((MessageDigest) prototype.clone()).digest(token);
    } catch (CloneNotSupportedException e) {
      hash = Sha256.of(token);
    }
    return new Key(
        (long) LONGS.get(hash, 0),
        (long) LONGS.get(hash, 8),
        (long) LONGS.get(hash, 16),
        (long) LONGS.get(hash, 24));
  }

  @Nullable Entry find(Key key) {
    int start = start(key);
    for (int i = start; i < start + WAYS; i++) {
      Entry entry = entries.get(i);
      if (entry != null && entry.key.equals(key)) {
        if (!entry.issuer.isTrusted() || entry.issuer.current() != entry.ring) {
          return null;
        }
        entry.issuer.verified();
        return entry;
      }
    }
    return null;
  }

  void put(Entry newcomer) {
    Key key = newcomer.key;
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
    entries.set(victim, newcomer);
  }

  private int start(Key key) {
    return ((int) key.first & groupMask) * WAYS;
  }
}
