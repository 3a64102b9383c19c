package io.bartizan.mtls;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls listeners so that a fault of theirs changes nothing. */
final class Listeners {

  private static final Logger LOG = LoggerFactory.getLogger(MutualTls.class);

  private Listeners() {}

  static void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.warn("a listener failed", e);
    }
  }
}
