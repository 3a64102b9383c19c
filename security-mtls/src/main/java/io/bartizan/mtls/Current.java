package io.bartizan.mtls;

import io.bartizan.mtls.jsse.Authority;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The newest generation, for all that ask at each handshake; one volatile write changes it. */
final class Current implements Authority {

  private final TlsSide side;
  private final boolean anchorNamesSent;
  private final Connections connections;
  private volatile @Nullable BeforeMaterial before;
  private volatile @Nullable Served newest;

  /**
   * What is held and not read: pushes and meters reach a context that is all that is held of it.
   */
  @SuppressWarnings("UnusedVariable")
  private volatile @Nullable MutualTls owner;

  Current(Settings settings) {
    side = settings.side();
    anchorNamesSent = settings.anchorNamesSent();
    connections = new Connections(settings, this::orNull);
  }

  /** Whether a server names its anchors when it asks for a client's certificate. */
  boolean anchorNamesSent() {
    return anchorNamesSent;
  }

  TlsSide side() {
    return side;
  }

  Connections connections() {
    return connections;
  }

  /** Null until the first is published. */
  @Nullable Generation orNull() {
    Served served = newest;
    return served == null ? null : served.generation();
  }

  Generation generation() {
    Served served = newest;
    if (served == null) {
      throw new IllegalStateException("nothing is published yet");
    }
    return served.generation();
  }

  /** 0 until the first is published. */
  long number() {
    Generation generation = orNull();
    return generation == null ? 0 : generation.number();
  }

  /** What the newest generation decides; a refusal until the first is published. */
  PeerDecision decide(Function<TrustDecider, PeerDecision> question) {
    Generation generation = orNull();
    return generation == null ? BeforeMaterial.DECISION : question.apply(generation.decider());
  }

  /** Refuses every connection until the first is published; the context makes their engines. */
  void refuseUntilPublished(SSLContext context) {
    before = new BeforeMaterial(this, context);
  }

  /** Whoever holds the context, an engine or the trust manager, holds this too. */
  void holds(MutualTls made) {
    owner = made;
  }

  void publish(Generation next) {
    newest = new Served(this, next);
  }

  @Override
  public boolean isClient() {
    return side == TlsSide.CLIENT;
  }

  @Override
  public Serving current() {
    Served served = newest;
    return served == null
        ? Objects.requireNonNull(before, "nothing was published, nor is refused")
        : served;
  }

  /** A generation, as the wrappers see it. */
  private record Served(Current current, Generation generation) implements Serving {

    @Override
    public SSLContext context() {
      return generation.context();
    }

    @Override
    public @Nullable Predicate<String> serverNames() {
      Identities identities = generation.identities();
      return current.isClient() || !identities.dependOnName() ? null : identities::isServed;
    }

    @Override
    public Watch watch(Object connection, @Nullable String host, Supplier<SSLSession> session) {
      if (current.isClient()) {
        current.connections().endUnstapled(generation);
      }
      return new Guard(current, generation.number(), connection, host, session);
    }
  }
}
