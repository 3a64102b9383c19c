/**
 * A Netty handler for HTTP/1.1 with rate limits, bearer tokens, peer identities and webhooks; it
 * blocks no event loop.
 *
 * <p>Order: limit by address or certificate, bearer token, limit by subject or claim.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.netty;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
