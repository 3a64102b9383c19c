/**
 * Vert.x Web handlers for rate limits, bearer tokens, peer identities and webhooks; none of them
 * blocks an event loop.
 *
 * <p>Order of the routes: limit by address or certificate, bearer token, limit by subject or claim.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.vertx;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
