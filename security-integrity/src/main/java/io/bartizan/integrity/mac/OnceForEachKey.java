package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.lease.Holders;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.integrity.replay.ReplayId;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Uses a message up for every key, always in the same order: while keys are rotated it carries a
 * signature for each, and a replay that keeps only another one of them is the same message.
 *
 * <p>Where the guard can't tell of a later key, the message was not accepted, though it is used up
 * for the keys before. So its retry begins at that key. Thread-safe.
 */
final class OnceForEachKey {

  private static final byte[] NO_SALT = {};

  private final ReplayGuard guard;
  private final List<WebhookKey> keys;
  private final Holders begun = new Holders();

  OnceForEachKey(ReplayGuard guard, List<WebhookKey> keys) {
    this.guard = guard;
    this.keys = keys;
  }

  /** The ids are in the order of the keys. */
  void use(List<byte[]> ids, Instant until) {
    String message =
        HexFormat.of().formatHex(ReplayId.hash(NO_SALT, keys.get(0).scope(), ids.get(0)));
    @Nullable String next = keys.size() == 1 ? null : begun.take(message);
    for (int i = next == null ? 0 : Integer.parseInt(next); i < keys.size(); i++) {
      switch (guard.use(keys.get(i).scope(), ids.get(i), until)) {
        case FIRST -> {}
        case REPEATED ->
            throw new VerificationException(MacReason.REPLAYED, "the webhook was accepted before");
        case UNDECIDED -> {
          if (i > 0) {
            begun.keep(message, Integer.toString(i));
          }
          throw new VerificationException(
              MacReason.REPLAY_UNDECIDED, "the guard can't tell whether it was accepted before");
        }
      }
    }
  }
}
