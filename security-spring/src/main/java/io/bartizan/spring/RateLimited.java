package io.bartizan.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * Limits the calls of a method of a Spring bean, such as a controller's handler, by a limit of
 * {@code bartizan.limits} whose {@code routes} are {@code methods}.
 *
 * <pre>{@code
 * @GetMapping("/reports")
 * @RateLimited(value = "reports", cost = 5)
 * String reports() { … }
 * }</pre>
 *
 * <p>Calls are counted by the limit's {@code key} of the request that is served, behind Spring
 * Security and {@code @PreAuthorize}: whom they refuse spends nothing. A refused request is
 * answered as by a limit on routes, 429 with the same fields; the method is not run. Outside of a
 * request the method throws {@link IllegalStateException}, since there is no caller to count by.
 *
 * <p>In WebFlux the method returns a {@code Mono} or a {@code Flux}, of which each subscription is
 * a call, or a {@code CompletionStage} and takes the {@code ServerWebExchange}. No thread waits for
 * the count. A method of another type fails at start.
 *
 * <p>As with every proxy of Spring, a call from within the same object is not counted. A limit that
 * is not set, and a method that can't be overridden, fail at start.
 *
 * <p>It is {@link Reflective}, so that a native image keeps the method and its limit.
 */
@Documented
@Reflective
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface RateLimited {

  /**
   * The name of the limit below {@code bartizan.limits}.
   *
   * @return the name
   */
  String value();

  /**
   * How many permits one call takes.
   *
   * @return permits, at least 1
   */
  long cost() default 1;
}
