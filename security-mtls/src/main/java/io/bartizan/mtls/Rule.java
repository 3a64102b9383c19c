package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.mtls.x509.HostName;
import io.bartizan.mtls.x509.IpAddress;
import io.bartizan.mtls.x509.NameKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What every policy is inside: a question about one peer, answered with the rule that holds. */
abstract sealed class Rule implements PeerPolicy
    permits NarrowedRule, Rule.Any, Rule.Combined, Rule.Host, Rule.Name, Rule.Sourced {

  /** Every peer of the anchors. */
  static final Rule ANY = new Any();

  /** The host that was asked for. */
  static final Rule HOST = new Host();

  Rule() {}

  /** One name of one kind. */
  static Name name(NameKind kind, String value) {
    Objects.requireNonNull(value, kind.word());
    String normalized = kind.normalized(value);
    if (normalized == null) {
      throw new IllegalArgumentException(
          kind.word() + " is \"" + SafeText.of(value) + "\", " + kind.accepted() + " is accepted");
    }
    return new Name(kind, normalized);
  }

  /** All of several rules. */
  static Rule allOf(List<PeerPolicy> policies) {
    return combined("allOf", true, policies);
  }

  /** One of several rules. */
  static Rule anyOf(List<PeerPolicy> policies) {
    return combined("anyOf", false, policies);
  }

  private static Rule combined(String word, boolean all, List<PeerPolicy> policies) {
    if (policies.isEmpty()) {
      throw new IllegalArgumentException(word + " has no policy, one or more are needed");
    }
    return new Combined(word, all, policies.stream().map(policy -> (Rule) policy).toList());
  }

  /** This rule and a predicate of the application. */
  final Rule and(String name, Predicate<PeerIdentity> predicate) {
    if (!name.matches("[A-Za-z0-9-]{1,64}")) {
      throw new IllegalArgumentException(
          "name is \""
              + SafeText.of(name)
              + "\", 1 to 64 letters, digits and hyphens are accepted");
    }
    return new NarrowedRule(this, name, Objects.requireNonNull(predicate, "predicate"));
  }

  /**
   * The policy, if it fits the side.
   *
   * @throws IllegalArgumentException if a server's asks for the host that nobody asked for
   */
  static PeerPolicy fitting(TlsSide side, PeerPolicy asked, String name) {
    Objects.requireNonNull(asked, name);
    if (side == TlsSide.SERVER && ((Rule) asked).needsRequestedHost()) {
      throw new IllegalArgumentException(
          name
              + " is "
              + asked
              + ", but a server's peers are clients, which nobody asked for by host; name them by"
              + " dns, uri or spiffeId");
    }
    return asked;
  }

  /** A policy that is read with each load. */
  static Rule source(Path file) {
    Objects.requireNonNull(file, "file");
    String description = "file(" + file + ")";
    return new Sourced(description, reader -> reader.text("policy", file));
  }

  /** A policy that is asked for with each load. */
  static Rule source(Supplier<String> text) {
    Objects.requireNonNull(text, "text");
    return new Sourced(
        "text(...)",
        reader -> {
          String policy = MaterialReader.supplied("policy text", text);
          reader.mix(policy.getBytes(StandardCharsets.UTF_8));
          return policy;
        });
  }

  /**
   * This rule with what files and suppliers hold now.
   *
   * @throws TlsMaterialException if that is no policy for the side
   */
  Rule loaded(MaterialReader reader, TlsSide side) {
    return this;
  }

  /**
   * The peer and where it was met.
   *
   * @param identity the names that count
   * @param presented all names; they count where the policy says whose they are, see {@link
   *     #namesPeer}
   * @param host null on servers
   */
  record Met(PeerIdentity identity, PeerIdentity presented, TlsSide side, @Nullable String host) {

    /** A peer all of whose names count. */
    Met(PeerIdentity identity, TlsSide side, @Nullable String host) {
      this(identity, identity, side, host);
    }

    Met asPresented() {
      return new Met(presented, side, host);
    }

    /** On a client the peer is a server, of whose certificate wildcards count. */
    boolean isServer() {
      return side == TlsSide.CLIENT;
    }
  }

  /** The part of this rule that accepts the peer, or null if it does not. */
  abstract @Nullable Rule match(Met peer);

  /** Whether the rule asks for the host that a client wanted. */
  boolean needsRequestedHost() {
    return false;
  }

  /**
   * Whether each peer that the rule accepts has a trust domain or a key that the rule names. Beside
   * it in an {@code allOf} the other names count too, also those of a foreign trust domain.
   */
  boolean namesPeer() {
    return false;
  }

  @Override
  public abstract String toString();

  /** See {@link #ANY}. */
  static final class Any extends Rule {
    @Override
    Rule match(Met peer) {
      return this;
    }

    @Override
    public String toString() {
      return "anyTrustedPeer()";
    }
  }

  /** See {@link #HOST}. */
  static final class Host extends Rule {
    @Override
    @Nullable Rule match(Met peer) {
      String host = peer.host();
      if (host == null) {
        return null;
      }
      String address = IpAddress.normalized(host);
      if (address != null) {
        return peer.identity().ipAddresses().contains(address) ? this : null;
      }
      String name = HostName.normalized(host);
      return name != null && peer.identity().names().hasDns(name, peer.isServer()) ? this : null;
    }

    @Override
    boolean needsRequestedHost() {
      return true;
    }

    @Override
    public String toString() {
      return "requestedHost()";
    }
  }

  /** See {@link Rule#source(Path)}; matches nobody before it is loaded. */
  static final class Sourced extends Rule {
    private final String description;
    private final Function<MaterialReader, String> source;

    Sourced(String description, Function<MaterialReader, String> source) {
      this.description = description;
      this.source = source;
    }

    @Override
    Rule loaded(MaterialReader reader, TlsSide side) {
      String text = source.apply(reader);
      Rule read;
      try {
        read = (Rule) PeerPolicy.parse(text.startsWith("\ufeff") ? text.substring(1) : text);
      } catch (IllegalArgumentException e) {
        throw new TlsMaterialException(
            MaterialReason.POLICY_MALFORMED, "policy " + description, "is none: " + e.getMessage());
      }
      if (side == TlsSide.SERVER && read.needsRequestedHost()) {
        throw new TlsMaterialException(
            MaterialReason.POLICY_MALFORMED,
            "policy " + description,
            "asks for the requested host, but a server's peers are clients; name them by dns, uri"
                + " or spiffeId");
      }
      return read;
    }

    @Override
    @Nullable Rule match(Met peer) {
      return null;
    }

    @Override
    public String toString() {
      return description;
    }
  }

  /** See {@link Rule#name}. */
  static final class Name extends Rule {
    private final NameKind kind;
    private final String value;

    private Name(NameKind kind, String value) {
      this.kind = kind;
      this.value = value;
    }

    String value() {
      return value;
    }

    @Override
    @Nullable Rule match(Met peer) {
      return kind.matches(peer.identity().names(), peer.isServer(), value) ? this : null;
    }

    @Override
    boolean namesPeer() {
      return switch (kind) {
        case SPIFFE_ID, SPIFFE_PATH, TRUST_DOMAIN, SPKI_PIN -> true;
        case DNS, URI, IP, EMAIL -> false;
      };
    }

    @Override
    public String toString() {
      return kind.word() + '(' + NameKind.quoted(value) + ')';
    }
  }

  /** See {@link Rule#allOf} and {@link Rule#anyOf}. */
  static final class Combined extends Rule {
    private final String word;
    private final boolean all;
    private final List<Rule> rules;

    Combined(String word, boolean all, List<Rule> rules) {
      this.word = word;
      this.all = all;
      this.rules = rules;
    }

    @Override
    @Nullable Rule match(Met peer) {
      Met met = all && namesPeer() ? peer.asPresented() : peer;
      for (Rule rule : rules) {
        Rule matched = rule.match(met);
        if (all && matched == null) {
          return null;
        }
        if (!all && matched != null) {
          return matched;
        }
      }
      return all ? this : null;
    }

    @Override
    Rule loaded(MaterialReader reader, TlsSide side) {
      return new Combined(
          word, all, rules.stream().map(rule -> rule.loaded(reader, side)).toList());
    }

    @Override
    boolean needsRequestedHost() {
      return rules.stream().anyMatch(Rule::needsRequestedHost);
    }

    @Override
    boolean namesPeer() {
      return all
          ? rules.stream().anyMatch(Rule::namesPeer)
          : rules.stream().allMatch(Rule::namesPeer);
    }

    @Override
    public String toString() {
      return rules.stream().map(Rule::toString).collect(Collectors.joining(", ", word + "(", ")"));
    }
  }
}
