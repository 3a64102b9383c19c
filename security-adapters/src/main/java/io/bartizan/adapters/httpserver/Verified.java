package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The attributes of one exchange, and its principal. */
final class Verified {

  /** By this an exchange of ours tells it, also through one that stands around it. */
  static final String NAME = "io.bartizan.adapters.httpserver.verified";

  private static final Map<HttpExchange, Verified> KEPT =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final Map<String, Object> attributes = new ConcurrentHashMap<>();
  private volatile @Nullable HttpPrincipal principal;

  /** What was kept for an exchange of the JDK's; null if nothing was. */
  static @Nullable Verified of(HttpExchange exchange) {
    return KEPT.get(exchange);
  }

  /** Has the next filter find it, though the exchange is handed on as it is. */
  void keepFor(HttpExchange exchange) {
    KEPT.put(exchange, this);
  }

  @Nullable Object attribute(String name) {
    return name.equals(NAME) ? this : attributes.get(name);
  }

  void setAttribute(String name, @Nullable Object value) {
    if (value == null) {
      attributes.remove(name);
    } else {
      attributes.put(name, value);
    }
  }

  @Nullable HttpPrincipal principal() {
    return principal;
  }

  void setPrincipal(HttpPrincipal verified) {
    principal = verified;
  }
}
