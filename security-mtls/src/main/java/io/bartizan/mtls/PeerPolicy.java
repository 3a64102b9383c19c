package io.bartizan.mtls;

import io.bartizan.mtls.x509.NameKind;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The authorization rule for TLS peers, asked once their chain is verified: DNS name, SPIFFE ID,
 * URI or key pin.
 *
 * <p>A policy looks at the subject alternative names of the peer's own certificate and at its
 * public key, never at the distinguished name. A client that calls several servers needs {@link
 * #requestedHost()}: with a fixed name, or a fixed suffix shared by all, every server of the list
 * could pose as every other. Wildcards exist in certificates of servers only, as the whole
 * left-most label (RFC 9525); a client's wildcard certificate matches no {@link #dns} rule.
 * Immutable, thread-safe.
 *
 * <pre>{@code
 * PeerPolicy callers = PeerPolicy.anyOf(
 *     PeerPolicy.spiffeId("spiffe://prod.example/ns/pay/sa/api"),
 *     PeerPolicy.dns("billing.internal"));
 * PeerPolicy same = PeerPolicy.parse(callers.toString());
 * }</pre>
 */
public sealed interface PeerPolicy permits Rule {

  /**
   * For clients: the server must be the host that the connection was opened to (RFC 9525), by DNS
   * name or IP address; the CN never counts.
   *
   * @return the policy that a client of more than one server needs
   */
  static PeerPolicy requestedHost() {
    return Rule.HOST;
  }

  /**
   * A DNS name of the peer.
   *
   * @param name such as {@code billing.internal}; no wildcard, case is ignored
   * @return a policy
   * @throws IllegalArgumentException if {@code name} is not a host name in ASCII
   */
  static PeerPolicy dns(String name) {
    return Rule.name(NameKind.DNS, name);
  }

  /**
   * A URI of the peer, equal in every character.
   *
   * @param uri such as {@code urn:example:billing}; a SPIFFE ID is {@link #spiffeId}'s, whose rules
   *     are stricter
   * @return a policy
   * @throws IllegalArgumentException if {@code uri} is not an absolute URI in ASCII or is a SPIFFE
   *     ID
   */
  static PeerPolicy uri(String uri) {
    return Rule.name(NameKind.URI, uri);
  }

  /**
   * The peer's SPIFFE ID, equal in every character.
   *
   * @param id such as {@code spiffe://prod.example/ns/pay/sa/api}
   * @return a policy
   * @throws IllegalArgumentException if {@code id} is not a SPIFFE ID with a path
   */
  static PeerPolicy spiffeId(String id) {
    return Rule.name(NameKind.SPIFFE_ID, id);
  }

  /**
   * SPIFFE IDs that are this one or lie below it, by whole path segments.
   *
   * @param prefix such as {@code spiffe://prod.example/ns/pay}
   * @return a policy
   * @throws IllegalArgumentException if {@code prefix} is not a SPIFFE ID with a path
   */
  static PeerPolicy spiffePath(String prefix) {
    return Rule.name(NameKind.SPIFFE_PATH, prefix);
  }

  /**
   * Every SPIFFE ID of a trust domain.
   *
   * @param trustDomain such as {@code prod.example}
   * @return a policy
   * @throws IllegalArgumentException if {@code trustDomain} is not one of the SPIFFE standard
   */
  static PeerPolicy trustDomain(String trustDomain) {
    return Rule.name(NameKind.TRUST_DOMAIN, trustDomain);
  }

  /**
   * An IP address of the peer's certificate.
   *
   * @param address an IPv4 or IPv6 literal; no name service is asked
   * @return a policy
   * @throws IllegalArgumentException if {@code address} is not a literal
   */
  static PeerPolicy ip(String address) {
    return Rule.name(NameKind.IP, address);
  }

  /**
   * An e-mail address of the peer; the part after the {@code @} ignores case (RFC 5280 section
   * 4.2.1.6).
   *
   * @param address such as {@code ops@example.org}
   * @return a policy
   * @throws IllegalArgumentException if {@code address} is not an address in ASCII
   */
  static PeerPolicy email(String address) {
    return Rule.name(NameKind.EMAIL, address);
  }

  /**
   * The public key of the peer's certificate.
   *
   * @param pin {@code sha256/} and the base64 of the SHA-256 of the SubjectPublicKeyInfo, as {@link
   *     PeerIdentity#spkiPin()} gives it
   * @return a policy
   * @throws IllegalArgumentException if {@code pin} is not of that form
   */
  static PeerPolicy spkiPin(String pin) {
    return Rule.name(NameKind.SPKI_PIN, pin);
  }

  /**
   * Peers that all of the policies accept. Where one of them names a trust domain, SPIFFE ID or
   * key, the others see all names of the peer, also those that a foreign trust domain (see {@link
   * TrustAnchors#forTrustDomain}) does not vouch for by itself.
   *
   * @param policies one or more
   * @return a policy
   * @throws IllegalArgumentException if there is none
   */
  static PeerPolicy allOf(PeerPolicy... policies) {
    return Rule.allOf(List.of(policies));
  }

  /**
   * Peers that all of the policies accept, for policies that configuration gives.
   *
   * @param policies one or more
   * @return a policy
   * @throws NullPointerException if {@code policies} is or holds null
   * @throws IllegalArgumentException if there is none
   */
  static PeerPolicy allOf(Collection<PeerPolicy> policies) {
    return Rule.allOf(List.copyOf(policies));
  }

  /**
   * Peers that at least one of the policies accepts.
   *
   * @param policies one or more
   * @return a policy
   * @throws IllegalArgumentException if there is none
   */
  static PeerPolicy anyOf(PeerPolicy... policies) {
    return Rule.anyOf(List.of(policies));
  }

  /**
   * Peers that at least one of the policies accepts, for policies that configuration gives.
   *
   * @param policies one or more
   * @return a policy
   * @throws NullPointerException if {@code policies} is or holds null
   * @throws IllegalArgumentException if there is none
   */
  static PeerPolicy anyOf(Collection<PeerPolicy> policies) {
    return Rule.anyOf(List.copyOf(policies));
  }

  /**
   * Danger: every peer whose chain leads to a trust anchor. Right only where the anchors belong to
   * one purpose and everyone they ever signed may call.
   *
   * @return a policy without names
   */
  static PeerPolicy anyTrustedPeer() {
    return Rule.ANY;
  }

  /**
   * This policy and a predicate; the predicate can refuse what this policy accepts and nothing
   * else.
   *
   * @param name how the rule is called in decisions: letters, digits and hyphens
   * @param predicate true for peers to accept; must be thread-safe and quick, it runs inside
   *     handshakes; an exception refuses
   * @return a narrower policy, which {@link #parse} can't read back
   * @throws IllegalArgumentException if {@code name} has other characters
   */
  default PeerPolicy narrowedBy(String name, Predicate<PeerIdentity> predicate) {
    return ((Rule) this).and(name, predicate);
  }

  /**
   * The policy that a file holds, in the form that {@link #parse} reads. It belongs to the
   * generation: a reload reads it anew, so that a caller is added without a restart, and a file
   * that is no policy for this side keeps the one before.
   *
   * @param file in ASCII, at most 64 KiB
   * @return a policy that is read with each load; may be part of another
   * @throws NullPointerException if {@code file} is null
   */
  static PeerPolicy file(Path file) {
    return Rule.source(file);
  }

  /**
   * The policy that a supplier gives, in the form that {@link #parse} reads; asked at each load, as
   * {@link #file} is read.
   *
   * @param text gives the policy, such as from a configuration store
   * @return a policy that is asked for with each load; may be part of another
   * @throws NullPointerException if {@code text} is null
   */
  static PeerPolicy text(Supplier<String> text) {
    return Rule.source(text);
  }

  /**
   * Reads the form that {@code toString()} prints, such as {@code anyOf(dns(a.example),
   * spiffeId(spiffe://b.example/c))}; an argument with other characters stands in double quotes.
   *
   * @param text at most 64 KiB characters
   * @return the policy
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if the text is not a policy; the message gives the position
   */
  static PeerPolicy parse(CharSequence text) {
    return new PolicyParser(text.toString()).parse();
  }

  /**
   * The same as {@link #parse}, under the name that configuration frameworks look for.
   *
   * @param text at most 64 KiB characters
   * @return the policy
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if the text is not a policy; the message gives the position
   */
  static PeerPolicy valueOf(String text) {
    return parse(text);
  }
}
