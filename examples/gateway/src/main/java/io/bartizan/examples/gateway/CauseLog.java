package io.bartizan.examples.gateway;

import io.bartizan.core.Ticker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs why the service is not ready: each cause when it begins, and then at most each minute. */
final class CauseLog {

  private static final Logger LOG = LoggerFactory.getLogger(CauseLog.class);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Ticker ticker;
  private final Map<String, Long> logged = new LinkedHashMap<>();
  private boolean ready;

  CauseLog(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Called again and again with what is in the way now; by one thread at a time. */
  void tell(List<String> causes, boolean isReady) {
    long now = ticker.nanos();
    logged.values().removeIf(at -> now - at >= AGAIN_NANOS);
    for (String cause : causes) {
      if (logged.putIfAbsent(cause, now) == null) {
        LOG.error("not ready: {}", cause);
      }
    }
    if (isReady && !ready) {
      LOG.info("ready");
    }
    ready = isReady;
  }
}
