package io.bartizan.mtls;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The kinds of names a policy compares; one row has all there is to a kind. */
@SuppressWarnings("ImmutableEnumChecker") // the functions hold no state
enum NameKind {
  DNS(
      "dns",
      HostName::normalized,
      "a host name of letters, digits, hyphens and dots without wildcard",
      MetPeer::hasDns),
  URI(
      "uri",
      NameKind::absoluteUri,
      "an absolute URI in ASCII, and for spiffe:// the rule spiffeId,",
      (peer, uri) -> peer.identity().uris().contains(uri)),
  SPIFFE_ID(
      "spiffeId",
      NameKind::workload,
      "a SPIFFE ID such as spiffe://prod.example/api",
      (peer, id) -> peer.identity().spiffeId().filter(id::equals).isPresent()),
  SPIFFE_PATH(
      "spiffePath",
      NameKind::workload,
      "a SPIFFE ID such as spiffe://prod.example/ns/pay",
      NameKind::isUnder),
  TRUST_DOMAIN(
      "trustDomain",
      domain -> SpiffeId.isTrustDomain(domain) ? domain : null,
      "a SPIFFE trust domain such as prod.example",
      (peer, domain) -> peer.identity().trustDomain().filter(domain::equals).isPresent()),
  IP(
      "ip",
      IpAddress::normalized,
      "an IPv4 or IPv6 literal",
      (peer, address) -> peer.identity().ipAddresses().contains(address)),
  EMAIL(
      "email",
      NameKind::mailbox,
      "an address such as ops@example.org",
      (peer, address) ->
          peer.identity().emails().stream().anyMatch(mail -> address.equals(mailbox(mail)))),
  SPKI_PIN(
      "spkiPin",
      NameKind::pin,
      "sha256/ and 44 characters of base64",
      (peer, pin) -> peer.identity().spkiPin().equals(pin));

  private final String word;
  private final Function<String, @Nullable String> normalize;
  private final String accepted;
  private final BiPredicate<MetPeer, String> matcher;

  NameKind(
      String word,
      Function<String, @Nullable String> normalize,
      String accepted,
      BiPredicate<MetPeer, String> matcher) {
    this.word = word;
    this.normalize = normalize;
    this.accepted = accepted;
    this.matcher = matcher;
  }

  String word() {
    return word;
  }

  String accepted() {
    return accepted;
  }

  @Nullable String normalized(String value) {
    return normalize.apply(value);
  }

  boolean matches(MetPeer peer, String value) {
    return matcher.test(peer, value);
  }

  /** A value as {@link PolicyParser} reads it back. */
  static String quoted(String value) {
    return value.chars().allMatch(c -> isBare((char) c))
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Whether a character needs no quotes around it. */
  static boolean isBare(char c) {
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

  private static boolean isUnder(MetPeer peer, String prefix) {
    SpiffeId id = peer.identity().spiffe();
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
