package io.bartizan.mtls;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Mutual TLS for a process that accepts connections; made by {@link MutualTls#server}. */
public final class ServerTls extends MutualTls {

  ServerTls(Settings settings, @Nullable Duration reload) {
    super(settings, reload);
  }
}
