package io.bartizan.mtls.jsse;

import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The decisions that the wrappers of this package ask for: the context that serves now, and whether
 * a peer may come in.
 */
public interface Authority {

  /**
   * Which side's connections these are.
   *
   * @return true if this process opens them
   */
  boolean isClient();

  /**
   * What serves new connections now.
   *
   * @return never null once the context is handed out
   */
  Serving current();

  /** What serves connections that are made while it is the newest. */
  interface Serving {

    /**
     * The provider's context.
     *
     * @return always the same
     */
    SSLContext context();

    /**
     * Which server names a client may ask for, on a server whose identities depend on the name; a
     * session then belongs to the name that it was begun for.
     *
     * @return whether a name is served; null where names make no difference
     */
    @Nullable Predicate<String> serverNames();

    /**
     * Watches a connection of this context.
     *
     * @param connection the provider's engine or socket
     * @param host whom a client wants, as far as it is known before the handshake
     * @param session gives the connection's session
     * @return the watch of this connection alone
     */
    Watch watch(Object connection, @Nullable String host, Supplier<SSLSession> session);
  }

  /** Decides about the peer of one connection, and whether it may go on; thread-safe. */
  interface Watch {

    /**
     * Lets the handshake begin.
     *
     * @throws SSLException if this side can serve nobody
     */
    void begin() throws SSLException;

    /**
     * Whether the peer was accepted.
     *
     * @return true once {@link #handshakeDone} returned
     */
    boolean isDone();

    /**
     * Whether the peer was refused, then or since.
     *
     * @return true if {@link #check} throws
     */
    boolean isRefused();

    /**
     * Lets traffic pass.
     *
     * @throws SSLException if the peer was refused, then or since
     */
    void check() throws SSLException;

    /**
     * The provider's handshake is complete, perhaps of a resumed session.
     *
     * @param host the peer's host as the connection tells it
     * @throws SSLException if the peer is refused
     */
    void handshakeDone(@Nullable String host) throws SSLException;

    /**
     * The provider's handshake failed, for a refusal or for a reason of its own.
     *
     * @param cause what the provider threw
     * @param host the peer's host as the connection tells it
     */
    void handshakeFailed(Exception cause, @Nullable String host);

    /** The connection is closed. */
    void closed();
  }
}
