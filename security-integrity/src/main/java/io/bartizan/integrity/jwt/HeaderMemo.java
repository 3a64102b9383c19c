package io.bartizan.integrity.jwt;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Headers that were read before, each with the issuers that it can mean, found by their encoded
 * bytes.
 *
 * <p>An issuer sends the same header for months, so base64 and JSON of it need not be read again.
 * Only headers of accepted tokens are remembered: nobody can push them out with rubbish.
 */
final class HeaderMemo {

  private static final int SLOTS = 64;

  private static final class Entry {
    private final byte[] encoded;
    private final Candidates candidates;

    Entry(byte[] encoded, Candidates candidates) {
      this.encoded = encoded;
      this.candidates = candidates;
    }
  }

  private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(SLOTS);

  @Nullable Candidates find(byte[] token, int end) {
    Entry entry = entries.get(slot(token, end));
    return entry != null && Arrays.equals(entry.encoded, 0, entry.encoded.length, token, 0, end)
        ? entry.candidates
        : null;
  }

  void remember(byte[] token, int end, Candidates candidates) {
    entries.set(slot(token, end), new Entry(Arrays.copyOf(token, end), candidates));
  }

  /** A few letters tell headers apart; where they do not, the header is read again. */
  private static int slot(byte[] token, int end) {
    int mixed = end;
    for (int i = 1; i <= 16 && i <= end; i++) {
      mixed = 31 * mixed + token[end - i];
    }
    return (mixed ^ (mixed >>> 12)) & (SLOTS - 1);
  }
}
