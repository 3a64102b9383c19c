/**
 * Spring Boot auto-configuration: rate limits, JWT verification and mutual TLS from {@code
 * application.yml}, without Java, in Spring MVC and WebFlux.
 *
 * <p>One jar for Spring Boot 3.5 and 4. What is not set is not there: without {@code
 * bartizan.limits} no filter is registered, without {@code bartizan.jwt} no {@code JwtDecoder},
 * without {@code bartizan.mtls} no SSL bundle. What is set and can't be served fails at start.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.spring;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
