/**
 * Servlet filters (jakarta.servlet 5 and 6: Tomcat 10 and 11, Jetty 11 and 12, Undertow, Spring
 * MVC) for rate limits, bearer tokens, peer identities and webhooks.
 *
 * <p>Register them in this order: limit by address or certificate, bearer token, limit by subject
 * or claim. Each decides once for each request, also where it is mapped to async and error
 * dispatches, and supports asynchronous servlets where it is registered so.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.servlet;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
