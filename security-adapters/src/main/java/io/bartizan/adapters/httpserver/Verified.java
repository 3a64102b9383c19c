package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpPrincipal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The attributes of one exchange, and its principal. */
final class Verified {

  private final Map<String, Object> attributes = new ConcurrentHashMap<>();
  private volatile @Nullable HttpPrincipal principal;

  @Nullable Object attribute(String name) {
    return attributes.get(name);
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
