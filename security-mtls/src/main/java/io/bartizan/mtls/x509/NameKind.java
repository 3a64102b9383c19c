package io.bartizan.mtls.x509;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The kinds of names a policy compares; one row has all there is to a kind. */
@SuppressWarnings("ImmutableEnumChecker") // the functions hold no state
public enum NameKind {
  DNS(
      "dns",
      HostName::normalized,
      "a host name of letters, digits, hyphens and dots without wildcard",
      SubjectNames::hasDns),
  URI(
      "uri",
      NameKind::absoluteUri,
      "an absolute URI in ASCII, and for spiffe:// the rule spiffeId,",
      (names, uri, server) -> names.uris().contains(uri)),
  SPIFFE_ID(
      "spiffeId",
      NameKind::workload,
      "a SPIFFE ID such as spiffe://prod.example/api",
      (names, id, server) -> names.spiffeId() != null && names.spiffeId().toString().equals(id)),
  SPIFFE_PATH(
      "spiffePath",
      NameKind::workload,
      "a SPIFFE ID such as spiffe://prod.example/ns/pay",
      NameKind::isUnder),
  TRUST_DOMAIN(
      "trustDomain",
      domain -> SpiffeId.isTrustDomain(domain) ? domain : null,
      "a SPIFFE trust domain such as prod.example",
      (names, domain, server) ->
          names.spiffeId() != null && names.spiffeId().trustDomain().equals(domain)),
  IP(
      "ip",
      IpAddress::normalized,
      "an IPv4 or IPv6 literal",
      (names, address, server) -> names.ips().contains(address)),
  EMAIL(
      "email",
      NameKind::mailbox,
      "an address such as ops@example.org",
      (names, address, server) ->
          names.emails().stream().anyMatch(mail -> address.equals(mailbox(mail)))),
  SPKI_PIN(
      "spkiPin",
      NameKind::pin,
      "sha256/ and 44 characters of base64",
      (names, pin, server) -> SubjectNames.spkiPin(names.certificate()).equals(pin));

  /** Compares the names of a certificate with a normalized value. */
  private interface Matcher {
    boolean matches(SubjectNames names, String value, boolean server);
  }

  private final String word;
  private final Function<String, @Nullable String> normalize;
  private final String accepted;
  private final Matcher matcher;

  NameKind(
      String word, Function<String, @Nullable String> normalize, String accepted, Matcher matcher) {
    this.word = word;
    this.normalize = normalize;
    this.accepted = accepted;
    this.matcher = matcher;
  }

  /** The word in a policy's text. */
  public String word() {
    return word;
  }

  /** Whether a name of this kind says of which trust domain a peer is, or of which key. */
  public boolean namesPeer() {
    return switch (this) {
      case SPIFFE_ID, SPIFFE_PATH, TRUST_DOMAIN, SPKI_PIN -> true;
      case DNS, URI, IP, EMAIL -> false;
    };
  }

  /** What is accepted, to stand in a message. */
  public String accepted() {
    return accepted;
  }

  /** The value in the form that is compared, or null if it is none of this kind. */
  public @Nullable String normalized(String value) {
    return normalize.apply(value);
  }

  /**
   * Whether the names have the value.
   *
   * @param server whether they are a server's, of which wildcards count
   */
  public boolean matches(SubjectNames names, boolean server, String value) {
    return matcher.matches(names, value, server);
  }

  /** A value as the parser of policies reads it back. */
  public static String quoted(String value) {
    return value.chars().allMatch(c -> isBare((char) c))
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Whether a character needs no quotes around it. */
  public static boolean isBare(char c) {
    return c > ' ' && c < 0x7f && "(),\"\\".indexOf(c) < 0;
  }

  private static @Nullable String absoluteUri(String text) {
    if (text.length() > 2048 || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      return null;
    }
    try {
      URI uri = new URI(text);
      return uri.isAbsolute() && !"spiffe".equalsIgnoreCase(uri.getScheme()) ? text : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static @Nullable String workload(String text) {
    SpiffeId id = SpiffeId.parse(text);
    return id == null || id.path().isEmpty() ? null : text;
  }

  private static boolean isUnder(SubjectNames names, String prefix, boolean server) {
    SpiffeId id = names.spiffeId();
    SpiffeId parent = SpiffeId.parse(prefix);
    return id != null && parent != null && id.isUnder(parent);
  }

  private static @Nullable String mailbox(String text) {
    int at = text.lastIndexOf('@');
    if (at < 1 || text.length() > 320 || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      return null;
    }
    String host = HostName.normalized(text.substring(at + 1));
    return host == null ? null : text.substring(0, at) + '@' + host.toLowerCase(Locale.ROOT);
  }

  private static @Nullable String pin(String text) {
    if (!text.startsWith("sha256/")) {
      return null;
    }
    try {
      byte[] hash = Base64.getDecoder().decode(text.substring(7));
      boolean canonical = Base64.getEncoder().encodeToString(hash).equals(text.substring(7));
      return hash.length == 32 && canonical ? text : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
