package io.bartizan.mtls.jsse;

import java.util.Enumeration;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/** The sessions of what serves now, with the limits that the application set once. */
final class CurrentSessions implements SSLSessionContext {

  private static final int UNSET = -1;

  private final Authority authority;
  private final Function<Authority.Serving, SSLSessionContext> of;
  private volatile int timeout = UNSET;
  private volatile int size = UNSET;

  CurrentSessions(Authority authority, Function<Authority.Serving, SSLSessionContext> of) {
    this.authority = authority;
    this.of = of;
  }

  /** The newest sessions, with the limits carried over. */
  SSLSessionContext current() {
    SSLSessionContext context = of.apply(authority.current());
    if (timeout != UNSET && context.getSessionTimeout() != timeout) {
      context.setSessionTimeout(timeout);
    }
    if (size != UNSET && context.getSessionCacheSize() != size) {
      context.setSessionCacheSize(size);
    }
    return context;
  }

  /** Sets the limits on new sessions of what serves now. */
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
    of.apply(authority.current()).setSessionTimeout(seconds);
    timeout = seconds;
  }

  @Override
  public int getSessionTimeout() {
    return current().getSessionTimeout();
  }

  @Override
  public void setSessionCacheSize(int entries) {
    of.apply(authority.current()).setSessionCacheSize(entries);
    size = entries;
  }

  @Override
  public int getSessionCacheSize() {
    return current().getSessionCacheSize();
  }
}
