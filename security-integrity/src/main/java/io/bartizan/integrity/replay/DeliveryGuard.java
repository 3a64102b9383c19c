package io.bartizan.integrity.replay;

import java.time.Duration;
import java.time.Instant;

/**
 * Remembers messages over the time in which they are handled, so that each is handled at least
 * once, and once where its handler completes.
 *
 * <p>A plain {@link #use} is at most once: an id is burnt before anything was done, and if the
 * handler then fails nobody may try again. Here an id is begun, which keeps others off for the time
 * of a lease, and then completed or abandoned. Whoever crashes in between blocks the id until the
 * lease is over and no longer. A holder is a name that its caller makes up, new and unguessable for
 * each attempt; it tells an attempt from the next, and lets the same attempt ask again when an
 * answer never came. Implementations are thread-safe and atomic, as for {@link ReplayGuard}.
 *
 * <pre>{@code
 * if (guard.begin("orders", id, signedBytes, holder, Duration.ofMinutes(1)) == Begin.BEGUN) {
 *   handle(order);
 *   guard.complete("orders", id, signedBytes, holder, Instant.now().plus(threeDays));
 * }
 * }</pre>
 */
public interface DeliveryGuard extends ReplayGuard {

  /** What a guard knows of a message. */
  enum Begin {
    /** This holder may handle it now, until the lease is over. */
    BEGUN,
    /** Another holder has begun, and neither completed nor abandoned: ask again later. */
    BUSY,
    /** It was completed before, in another form: the sender signed it anew. */
    DUPLICATE,
    /** It was completed before, in the very same form. */
    REPLAYED,
    /** The guard is full or can't be reached: ask again later, as the same holder. */
    UNDECIDED
  }

  /**
   * Begins to handle a message. The same holder may ask again as long as it has neither completed
   * nor abandoned; its lease begins anew.
   *
   * @param scope what gave the id; ids of different scopes never meet
   * @param id names the message, any bytes
   * @param form the bytes that were signed, to tell a replay from a duplicate; only a hash is kept
   * @param holder this attempt's own name, 1 to 64 printable ASCII characters
   * @param lease for how long others are kept off, 1 millisecond to 1 day
   * @return whether it may be handled now
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the holder or the lease is out of range
   */
  Begin begin(String scope, byte[] id, byte[] form, String holder, Duration lease);

  /**
   * The message was handled: remembers it, even where the lease was over meanwhile.
   *
   * @param scope as it was begun
   * @param id as it was begun
   * @param form as it was begun
   * @param holder as it was begun
   * @param until how long it is remembered
   * @return whether it is remembered now; if not, the guard can't tell, and the same may be asked
   *     again
   * @throws NullPointerException if an argument is null
   */
  boolean complete(String scope, byte[] id, byte[] form, String holder, Instant until);

  /**
   * The message was not handled: whoever comes next may begin it.
   *
   * @param scope as it was begun
   * @param id as it was begun
   * @param holder as it was begun
   * @return whether this holder holds it no longer; if not, the guard can't tell, and the lease
   *     will end it
   * @throws NullPointerException if an argument is null
   */
  boolean abandon(String scope, byte[] id, String holder);
}
