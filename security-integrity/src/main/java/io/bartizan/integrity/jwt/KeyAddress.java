package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import java.net.URI;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which URIs keys may come from. */
final class KeyAddress {

  private KeyAddress() {}

  /** What is wrong with it, as a sentence; null if nothing is. */
  static @Nullable String problem(URI uri, boolean plain, boolean plainOnLoopback) {
    if (uri.getRawUserInfo() != null
        || (uri.getHost() == null && String.valueOf(uri.getRawAuthority()).indexOf('@') >= 0)) {
      return "uri has a user name or password, none is accepted";
    }
    String shown = SafeText.of(uri.toString());
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    boolean http = scheme.equals("http");
    if (uri.getHost() == null && uri.getRawAuthority() != null) {
      return "uri is "
          + shown
          + ", whose host is no name that RFC 952 and java.net.URI allow, such as one with an"
          + " underscore; give the host a name of letters, digits, dots and hyphens";
    }
    if ((!scheme.equals("https") && !http) || uri.getHost() == null) {
      return "uri is " + shown + ", an absolute https URI is accepted";
    }
    if (http && !plain && !(plainOnLoopback && isLoopback(uri.getHost()))) {
      return "uri is "
          + shown
          + ", an absolute https URI is accepted"
          + (plainOnLoopback
              ? ", and http of localhost, 127.0.0.0/8 and [::1]"
              : "; http of this machine takes plainHttpOnLoopback()");
    }
    return null;
  }

  /** What {@link #problem} has nothing against, and {@code also} neither if it is there. */
  static Predicate<URI> accepted(
      boolean plain, boolean plainOnLoopback, @Nullable Predicate<URI> also) {
    return uri -> problem(uri, plain, plainOnLoopback) == null && (also == null || also.test(uri));
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }
}
