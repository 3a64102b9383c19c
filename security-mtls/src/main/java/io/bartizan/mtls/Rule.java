package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
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

  /** The part of this rule that accepts the peer, or null if it does not. */
  abstract @Nullable Rule match(MetPeer peer);

  /** Whether the rule asks for the host that a client wanted. */
  boolean needsRequestedHost() {
    return false;
  }

  @Override
  public abstract String toString();

  /** See {@link #ANY}. */
  private static final class Any extends Rule {
    @Override
    Rule match(MetPeer peer) {
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
    @Nullable Rule match(MetPeer peer) {
      String host = peer.host();
      if (host == null) {
        return null;
      }
      String address = IpAddress.normalized(host);
      if (address != null) {
        return peer.identity().ipAddresses().contains(address) ? this : null;
      }
      String name = HostName.normalized(host);
      return name != null && peer.hasDns(name) ? this : null;
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
    @Nullable Rule match(MetPeer peer) {
      return kind.matches(peer, value) ? this : null;
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
    @Nullable Rule match(MetPeer peer) {
      for (Rule rule : rules) {
        Rule matched = rule.match(peer);
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
    boolean needsRequestedHost() {
      return rules.stream().anyMatch(Rule::needsRequestedHost);
    }

    @Override
    public String toString() {
      return rules.stream().map(Rule::toString).collect(Collectors.joining(", ", word + "(", ")"));
    }
  }

  /** See {@link Rule#and}; a predicate that throws refuses, and is logged once a minute at most. */
  private static final class Narrowed extends Rule {
    private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");
    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Rule rule;
    private final String name;
    private final Predicate<PeerIdentity> predicate;
    private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
    private final AtomicLong unlogged = new AtomicLong();

    Narrowed(Rule rule, String name, Predicate<PeerIdentity> predicate) {
      this.rule = rule;
      this.name = name;
      this.predicate = predicate;
    }

    @Override
    @Nullable Rule match(MetPeer peer) {
      if (rule.match(peer) == null) {
        return null;
      }
      try {
        return predicate.test(peer.identity()) ? this : null;
      } catch (RuntimeException | Error e) {
        failed(e);
        return null;
      }
    }

    private void failed(Throwable cause) {
      long failures = unlogged.incrementAndGet();
      long now = System.nanoTime();
      long due = nextLog.get();
      if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_EVERY_NANOS)) {
        unlogged.addAndGet(-failures);
        LOG.warn(
            "the predicate {} of a policy failed, {} times since the last such line; its peers are"
                + " refused",
            name,
            failures,
            cause);
      }
    }

    @Override
    boolean needsRequestedHost() {
      return rule.needsRequestedHost();
    }

    @Override
    public String toString() {
      return rule + ".narrowedBy(" + name + ")";
    }
  }
}
