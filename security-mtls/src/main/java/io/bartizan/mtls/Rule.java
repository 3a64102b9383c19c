package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.core.house.RareLog;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every policy is inside: a question about one peer, answered with the rule that holds. */
abstract sealed class Rule implements PeerPolicy {

  /** Every peer of the anchors. */
  static final Rule ANY = new Any();

  /** The host that was asked for. */
  static final Rule HOST = new Host();

  private Rule() {}

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
    return new Narrowed(this, name, Objects.requireNonNull(predicate, "predicate"));
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
  private static final class Any extends Rule {
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
  private static final class Host extends Rule {
    @Override
    @Nullable Rule match(Met peer) {
      String host = peer.host();
      if (host == null) {
        return null;
      }
      String address = IpAddress.ofHost(host);
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
  private static final class Sourced extends Rule {
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
      return kind.namesPeer();
    }

    @Override
    public String toString() {
      return kind.word() + '(' + NameKind.quoted(value) + ')';
    }
  }

  /** See {@link Rule#allOf} and {@link Rule#anyOf}. */
  private static final class Combined extends Rule {
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

  /** See {@link Rule#and}; a predicate that throws refuses, and is logged once a minute at most. */
  private static final class Narrowed extends Rule {
    private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

    private final Rule rule;
    private final String name;
    private final Predicate<PeerIdentity> predicate;
    private final RareLog predicateFailures = RareLog.create();

    Narrowed(Rule rule, String name, Predicate<PeerIdentity> predicate) {
      this.rule = rule;
      this.name = name;
      this.predicate = predicate;
    }

    @Override
    @Nullable Rule match(Met peer) {
      Met met = namesPeer() ? peer.asPresented() : peer;
      if (rule.match(met) == null) {
        return null;
      }
      try {
        return predicate.test(met.identity()) ? this : null;
      } catch (Exception | Error e) { // of Kotlin a checked one too
        failed(e);
        return null;
      }
    }

    private void failed(Throwable cause) {
      long failures = predicateFailures.failed();
      if (failures > 0) {
        LOG.warn(
            "the predicate {} of a policy failed, {} times since the last such line; its peers are"
                + " refused",
            name,
            failures,
            cause);
      }
    }

    @Override
    Rule loaded(MaterialReader reader, TlsSide side) {
      Rule inner = rule.loaded(reader, side);
      return inner == rule ? this : new Narrowed(inner, name, predicate);
    }

    @Override
    boolean needsRequestedHost() {
      return rule.needsRequestedHost();
    }

    @Override
    boolean namesPeer() {
      return rule.namesPeer();
    }

    @Override
    public String toString() {
      return rule + ".narrowedBy(" + name + ")";
    }
  }
}
