package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import java.util.List;
import java.util.function.Function;

/** Whether a peer is accepted, by which rule or for which reason. Immutable, safe to log. */
public sealed interface PeerDecision permits PeerDecision.Accepted, PeerDecision.Rejected {

  /**
   * Handles both outcomes.
   *
   * @param <R> what the functions give
   * @param accepted for a peer that may come in
   * @param rejected for one that may not
   * @return what the function that applied returned
   */
  <R> R fold(
      Function<? super Accepted, ? extends R> accepted,
      Function<? super Rejected, ? extends R> rejected);

  /**
   * Whether the peer may come in.
   *
   * @return true for {@link Accepted}
   */
  default boolean isAccepted() {
    return this instanceof Accepted;
  }

  /**
   * The generation of key, anchors, policy and revocation data that decided.
   *
   * @return 1 for the first
   */
  long generation();

  /**
   * The subject alternative names that the peer presented, each with its kind, such as {@code
   * dns:a.example}; verified only if the peer was accepted.
   *
   * @return an immutable list, safe to log
   */
  List<String> presented();

  /** The peer is who the policy asks for. */
  final class Accepted implements PeerDecision {
    private final PeerIdentity identity;
    private final String rule;
    private final long generation;

    Accepted(PeerIdentity identity, String rule, long generation) {
      this.identity = identity;
      this.rule = rule;
      this.generation = generation;
    }

    /**
     * Who the peer is.
     *
     * @return the verified identity
     */
    public PeerIdentity identity() {
      return identity;
    }

    /**
     * The part of the policy that accepted the peer.
     *
     * @return in the text form of {@link PeerPolicy}
     */
    public String rule() {
      return rule;
    }

    @Override
    public long generation() {
      return generation;
    }

    @Override
    public List<String> presented() {
      return identity.labelled();
    }

    @Override
    public <R> R fold(
        Function<? super Accepted, ? extends R> accepted,
        Function<? super Rejected, ? extends R> rejected) {
      return accepted.apply(this);
    }

    @Override
    public String toString() {
      return "accepted by " + SafeText.of(rule) + ": " + identity;
    }
  }

  /** The peer must not come in. */
  final class Rejected implements PeerDecision {
    private final TlsReason reason;
    private final String message;
    private final List<String> presented;
    private final long generation;

    Rejected(TlsReason reason, String message, List<String> presented, long generation) {
      this.reason = reason;
      this.message = SafeText.of(message, 700);
      this.presented = presented;
      this.generation = generation;
    }

    /**
     * The stable reason.
     *
     * @return never null
     */
    public TlsReason reason() {
      return reason;
    }

    /**
     * A sentence for people, safe to log.
     *
     * @return never null
     */
    public String message() {
      return message;
    }

    @Override
    public long generation() {
      return generation;
    }

    @Override
    public List<String> presented() {
      return presented;
    }

    @Override
    public <R> R fold(
        Function<? super Accepted, ? extends R> accepted,
        Function<? super Rejected, ? extends R> rejected) {
      return rejected.apply(this);
    }

    PeerRejectedException exception() {
      return new PeerRejectedException(reason, message);
    }

    @Override
    public String toString() {
      return "rejected, " + reason.code() + ": " + message;
    }
  }
}
