package io.bartizan.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The HTTP response fields of a rate limit decision: {@code RateLimit}, {@code RateLimit-Policy},
 * {@code Retry-After} and the older {@code X-RateLimit-*}; free of any framework.
 *
 * <pre>{@code
 * RateLimitFields.of(decision).forEach(response::setHeader);
 * }</pre>
 *
 * <p>The fields are {@code RateLimit-Policy} and {@code RateLimit} of
 * draft-ietf-httpapi-ratelimit-headers-11, and {@code Retry-After} (RFC 9110 section 10.2.3) on a
 * refusal that waiting can mend. Permits are rounded down, seconds up. Where nobody counted, since
 * the shared place can't be reached ({@link Decision.Source#FAILED_OPEN}, {@link
 * Decision.Source#FAILED_CLOSED}), there is no {@code RateLimit}: the caller's quota is not known,
 * and an outage is not the caller's fault. Immutable.
 */
public final class RateLimitFields {

  /** The media type of {@link #problem()} (RFC 9457). */
  public static final String PROBLEM_MEDIA_TYPE = "application/problem+json";

  private static final String PROBLEMS = "https://iana.org/assignments/http-problem-types#";

  /** The largest integer of structured fields (RFC 9651 section 3.3.1). */
  private static final long MAX_INTEGER = 999_999_999_999_999L;

  private final Decision decision;

  private RateLimitFields(Decision decision) {
    this.decision = Objects.requireNonNull(decision, "decision");
  }

  /**
   * The fields of a decision.
   *
   * @param decision what a limiter said
   * @return its fields
   * @throws NullPointerException if {@code decision} is null
   */
  public static RateLimitFields of(Decision decision) {
    return new RateLimitFields(decision);
  }

  /**
   * The status of a refusal.
   *
   * @return 429 Too Many Requests (RFC 6585 section 4), or 503 Service Unavailable where nobody
   *     counted
   */
  public int refusalStatus() {
    return isCounted() ? 429 : 503;
  }

  /**
   * Hands over every field: policy, state, and on a refusal {@code Retry-After}.
   *
   * @param consumer takes a field's name and value, such as {@code response::setHeader}
   */
  public void forEach(BiConsumer<String, String> consumer) {
    consumer.accept("RateLimit-Policy", policy());
    if (isCounted()) {
      consumer.accept("RateLimit", state());
    }
    retryAfter(consumer);
  }

  /**
   * Hands over the older fields that many clients read: {@code X-RateLimit-Limit}, {@code
   * -Remaining} and {@code -Reset} (seconds from now) of the limit that speaks, and {@code
   * Retry-After}.
   *
   * @param consumer takes a field's name and value, such as {@code response::setHeader}
   */
  public void forEachOlder(BiConsumer<String, String> consumer) {
    consumer.accept("X-RateLimit-Limit", Long.toString(decision.limit().capacity()));
    if (isCounted()) {
      Decision speaker = speaker();
      consumer.accept("X-RateLimit-Remaining", Long.toString(speaker.remaining()));
      consumer.accept("X-RateLimit-Reset", Long.toString(seconds(speaker.resetAfter())));
    }
    retryAfter(consumer);
  }

  /** The part of the limit that speaks: the whole tells when all limits are as new. */
  private Decision speaker() {
    for (Decision part : decision.parts()) {
      if (part.limit().equals(decision.limit())) {
        return part;
      }
    }
    return decision;
  }

  private boolean isCounted() {
    return decision.source() != Decision.Source.FAILED_OPEN
        && decision.source() != Decision.Source.FAILED_CLOSED;
  }

  private void retryAfter(BiConsumer<String, String> consumer) {
    if (!decision.isAllowed() && decision.retryAfter().compareTo(Decision.FOREVER) < 0) {
      consumer.accept("Retry-After", Long.toString(Math.max(1, seconds(decision.retryAfter()))));
    }
  }

  /**
   * The value of {@code RateLimit-Policy}, such as {@code "burst";q=100;w=2}.
   *
   * @return one item for each limit
   */
  public String policy() {
    return items(
        part ->
            quoted(part)
                + ";q="
                + bounded(part.limit().capacity())
                + ";w="
                + Math.max(1, seconds(part.limit().window())));
  }

  /**
   * The value of {@code RateLimit}, such as {@code "burst";r=50;t=1}.
   *
   * @return one item for each limit
   */
  public String state() {
    return items(
        part ->
            quoted(part) + ";r=" + bounded(part.remaining()) + ";t=" + seconds(part.resetAfter()));
  }

  /**
   * The body of a refusal as problem details (RFC 9457): type quota-exceeded and the violated
   * limits' names, or temporary-reduced-capacity where nobody counted; nothing about the caller.
   *
   * @return one JSON object
   */
  public String problem() {
    if (!isCounted()) {
      return "{\"type\":\""
          + PROBLEMS
          + "temporary-reduced-capacity\",\"title\":\"Request cannot be satisfied due to temporary"
          + " server capacity constraints\",\"status\":"
          + refusalStatus()
          + "}";
    }
    String violated =
        decision.parts().stream()
            .filter(part -> !part.isAllowed())
            .map(RateLimitFields::quoted)
            .collect(Collectors.joining(","));
    return "{\"type\":\""
        + PROBLEMS
        + "quota-exceeded\",\"title\":\"Request cannot be satisfied as assigned quota has been"
        + " exceeded\",\"status\":"
        + refusalStatus()
        + ",\"violated-policies\":["
        + violated
        + "]}";
  }

  private String items(Function<Decision, String> item) {
    List<Decision> parts = decision.parts();
    return parts.stream().map(item).collect(Collectors.joining(", "));
  }

  private static String quoted(Decision part) {
    return "\"" + part.limit().name() + "\"";
  }

  private static long bounded(long number) {
    return Math.min(number, MAX_INTEGER);
  }

  private static long seconds(Duration duration) {
    return bounded(duration.getSeconds() + (duration.getNano() > 0 ? 1 : 0));
  }

  @Override
  public String toString() {
    return "RateLimit-Policy: " + policy() + " RateLimit: " + state();
  }
}
