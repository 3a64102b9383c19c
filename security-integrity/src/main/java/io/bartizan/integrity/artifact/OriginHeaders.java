package io.bartizan.integrity.artifact;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.http.Origins;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Request headers of the application's, each for one origin; their values are never shown. */
record OriginHeaders(List<Field> fields, String userAgent) {

  static final OriginHeaders NONE = new OriginHeaders(List.of(), "");

  /** What is decided here, or by the client. */
  private static final Set<String> TAKEN =
      Set.of("range", "if-range", "accept-encoding", "user-agent", "content-length");

  private static final URI PROBE = URI.create("https://localhost/");

  /** One field for one origin. */
  record Field(String origin, String name, String value) {
    @Override
    public String toString() {
      return name + " for " + origin;
    }
  }

  OriginHeaders and(URI origin, String name, String value) {
    if (!Origins.isHttp(Objects.requireNonNull(origin, "origin"))) {
      throw new IllegalArgumentException("origin is not an http or https address");
    }
    requireUsable(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
    if (TAKEN.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "name is \"" + SafeText.of(name) + "\", which is set by the download itself");
    }
    List<Field> more = new ArrayList<>(fields);
    more.add(new Field(Origins.of(origin), name, value));
    return new OriginHeaders(List.copyOf(more), userAgent);
  }

  OriginHeaders withUserAgent(String product) {
    requireUsable("User-Agent", Objects.requireNonNull(product, "product"));
    return new OriginHeaders(fields, product);
  }

  /** The client's own message would repeat the value. */
  private static void requireUsable(String name, String value) {
    boolean usable = !value.isEmpty();
    try {
      HttpRequest.Builder unused = HttpRequest.newBuilder(PROBE).header(name, value);
    } catch (IllegalArgumentException e) {
      usable = false;
    }
    if (!usable) {
      throw new IllegalArgumentException(
          "the header \"" + SafeText.of(name) + "\" or its value can't be sent in a request");
    }
  }

  /**
   * Adds what this request gets.
   *
   * @param own whether the request, and each before it, goes to the origin that was asked first
   */
  void addTo(HttpRequest.Builder request, URI at, boolean own) {
    if (!userAgent.isEmpty()) {
      request.setHeader("User-Agent", userAgent);
    }
    for (Field field : fields) {
      if (own && field.origin().equals(Origins.of(at))) {
        request.header(field.name(), field.value());
      }
    }
  }
}
