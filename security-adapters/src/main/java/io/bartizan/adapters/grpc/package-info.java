/**
 * gRPC server interceptors for rate limits, bearer tokens and peer identities, and a client
 * interceptor that paces calls.
 *
 * <p>Order of the servers': limit by address or certificate, bearer token, limit by subject or
 * claim. {@code ServerInterceptors.intercept} and {@code ServerBuilder.intercept} call the one that
 * was named last first.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.grpc;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
