package io.bartizan.mtls;

import io.bartizan.core.Ticker;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each listener of the application. Whatever one throws changes nothing and keeps nothing
 * from the others; it is logged at most once a minute for each, since a peer decides how often a
 * handshake happens.
 */
final class Listeners implements TlsListener {

  private static final Logger LOG = LoggerFactory.getLogger(MutualTls.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final List<Told> all;

  private Listeners(List<Told> all) {
    this.all = all;
  }

  static Listeners none() {
    return new Listeners(List.of());
  }

  Listeners and(TlsListener listener, Ticker ticker) {
    return new Listeners(
        Stream.concat(all.stream(), Stream.of(new Told(listener, ticker))).toList());
  }

  private void tell(Consumer<TlsListener> call) {
    for (Told one : all) {
      one.tell(call);
    }
  }

  @Override
  public void handshake(HandshakeEvent event) {
    tell(listener -> listener.handshake(event));
  }

  @Override
  public void published(long generation, Instant validUntil) {
    tell(listener -> listener.published(generation, validUntil));
  }

  @Override
  public void reloadFailed(TlsMaterialException fault) {
    tell(listener -> listener.reloadFailed(fault));
  }

  @Override
  public void noLongerAccepted(SSLSession session, PeerDecision.Rejected decision) {
    tell(listener -> listener.noLongerAccepted(session, decision));
  }

  /** How many failures of all listeners were not logged since their last line. */
  long unlogged() {
    return all.stream().mapToLong(one -> one.unlogged.get()).sum();
  }

  /** One listener, and when its failures were logged last. */
  private static final class Told {
    private final TlsListener listener;
    private final Ticker ticker;
    private final AtomicLong unlogged = new AtomicLong();
    private final AtomicLong nextLog;

    Told(TlsListener listener, Ticker ticker) {
      this.listener = listener;
      this.ticker = ticker;
      this.nextLog = new AtomicLong(ticker.nanos());
    }

    @SuppressWarnings("CatchThrowable")
    void tell(Consumer<TlsListener> call) {
      try {
        call.accept(listener);
      } catch (Throwable e) {
        long now = ticker.nanos();
        long due = nextLog.get();
        if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_EVERY_NANOS)) {
          LOG.warn("a listener failed, {} failures since the last line", unlogged.getAndSet(0), e);
        } else {
          unlogged.incrementAndGet();
        }
      }
    }
  }
}
