/**
 * Filters of the JDK's {@code HttpServer} and {@code HttpsServer} for rate limits, bearer tokens,
 * peer identities and webhooks.
 *
 * <p>Add them to {@code HttpContext.getFilters()} in this order: limit by address or certificate,
 * bearer token, limit by subject or claim.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.httpserver;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
