/**
 * JAX-RS filters (jakarta.ws.rs 3.1, tested in Jersey 3.1) for rate limits, bearer tokens, peer
 * identities and webhooks.
 *
 * <p>{@link io.bartizan.adapters.jaxrs.Guards} registers them, since JAX-RS ignores the second
 * filter of one class. Order: limit by address or certificate, bearer token, limit by subject or
 * claim.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.jaxrs;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
