package io.bartizan.mtls;

import io.bartizan.mtls.jsse.Authority;
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
  private volatile @Nullable Served newest;

  Current(Settings settings) {
    side = settings.side();
    anchorNamesSent = settings.anchorNamesSent();
    connections = new Connections(settings, () -> generation().dryRun());
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
    return served().generation();
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
    return served();
  }

  private Served served() {
    Served served = newest;
    if (served == null) {
      throw new IllegalStateException("nothing is published yet");
    }
    return served;
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
      return new Guard(current, generation, connection, host, session);
    }
  }
}
