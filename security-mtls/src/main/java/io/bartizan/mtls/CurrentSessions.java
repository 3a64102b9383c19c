package io.bartizan.mtls;

import java.util.Enumeration;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/** The sessions of the newest generation, with the limits that the application set once. */
final class CurrentSessions implements SSLSessionContext {

  private static final int UNSET = -1;

  private final Generations generations;
  private final Function<Generation, SSLSessionContext> of;
  private volatile int timeout = UNSET;
  private volatile int size = UNSET;

  CurrentSessions(Generations generations, Function<Generation, SSLSessionContext> of) {
    this.generations = generations;
    this.of = of;
  }

  /** The newest sessions, with the limits carried over. */
  SSLSessionContext current() {
    SSLSessionContext context = of.apply(generations.current());
    if (timeout != UNSET && context.getSessionTimeout() != timeout) {
      context.setSessionTimeout(timeout);
    }
    if (size != UNSET && context.getSessionCacheSize() != size) {
      context.setSessionCacheSize(size);
    }
    return context;
  }

  /** Sets the limits on a new generation's sessions. */
  void carry() {
    if (timeout != UNSET || size != UNSET) {
      SSLSessionContext unused = current();
    }
  }

  @Override
  public @Nullable SSLSession getSession(byte[] sessionId) {
    return current().getSession(sessionId);
  }

  @Override
  public Enumeration<byte[]> getIds() {
    return current().getIds();
  }

  @Override
  public void setSessionTimeout(int seconds) {
    of.apply(generations.current()).setSessionTimeout(seconds);
    timeout = seconds;
  }

  @Override
  public int getSessionTimeout() {
    return current().getSessionTimeout();
  }

  @Override
  public void setSessionCacheSize(int entries) {
    of.apply(generations.current()).setSessionCacheSize(entries);
    size = entries;
  }

  @Override
  public int getSessionCacheSize() {
    return current().getSessionCacheSize();
  }
}
