/**
 * Adapters that put rate limits, bearer tokens, peer identities and webhooks into web frameworks:
 * servlet containers, the JDK's {@code HttpServer} and {@code HttpClient}.
 *
 * <p>Each framework has a package of its own and is an optional dependency. This package holds what
 * they share: {@link io.bartizan.adapters.CallerKey}, by which callers are counted, and {@link
 * io.bartizan.adapters.IncomingRequest}, which an adapter of another framework implements.
 *
 * <p>Order: first a limit by address or certificate, then the token, then a limit by subject or
 * claim. A limit by an unverified value would let attackers spend its owner's permits.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
