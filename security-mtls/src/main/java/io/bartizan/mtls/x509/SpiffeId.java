package io.bartizan.mtls.x509;

import org.jspecify.annotations.Nullable;

/** A SPIFFE ID by the SPIFFE standard: {@code spiffe://trust-domain/path}. */
public record SpiffeId(String trustDomain, String path) {

  private static final String SCHEME = "spiffe://";
  private static final int MAX_CHARS = 2048;
  private static final int MAX_TRUST_DOMAIN = 255;

  /** The ID, or null if the text breaks a rule of the standard. */
  public static @Nullable SpiffeId parse(String text) {
    if (text.length() > MAX_CHARS || !text.startsWith(SCHEME)) {
      return null;
    }
    int slash = text.indexOf('/', SCHEME.length());
    String domain = text.substring(SCHEME.length(), slash < 0 ? text.length() : slash);
    String path = slash < 0 ? "" : text.substring(slash);
    return isTrustDomain(domain) && isPath(path) ? new SpiffeId(domain, path) : null;
  }

  public static boolean isTrustDomain(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_TRUST_DOMAIN
        && text.chars().allMatch(c -> isLowerOrDigit(c) || c == '.' || c == '-' || c == '_');
  }

  private static boolean isPath(String path) {
    if (path.isEmpty()) {
      return true;
    }
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return false;
      }
      boolean plain =
          segment
              .chars()
              .allMatch(
                  c ->
                      isLowerOrDigit(c)
                          || (c >= 'A' && c <= 'Z')
                          || c == '.'
                          || c == '-'
                          || c == '_');
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  /** Whether this ID is the prefix itself or lies below it, by whole path segments. */
  boolean isUnder(SpiffeId prefix) {
    return trustDomain.equals(prefix.trustDomain)
        && (path.equals(prefix.path) || path.startsWith(prefix.path + "/"));
  }

  private static boolean isLowerOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  @Override
  public String toString() {
    return SCHEME + trustDomain + path;
  }
}
