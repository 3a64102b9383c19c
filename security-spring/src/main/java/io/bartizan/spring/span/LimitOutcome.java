package io.bartizan.spring.span;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;

/**
 * What a limit decided about a request, as an attribute of its span: of high cardinality in
 * Micrometer's words, so that no metric gets it as a tag. All series of a metric must have the same
 * tags, and a limit is not asked for each request.
 */
final class LimitOutcome {

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private LimitOutcome() {}

  /** It was asked and let the request pass. */
  static void allowed(Observation.Context span, String limit) {
    add(span, limit, "allowed");
  }

  /** It answered the request with this status. */
  static void answered(Observation.Context span, String limit, int status) {
    add(
        span,
        limit,
        status == TOO_MANY_REQUESTS
            ? "rejected"
            : status == UNAVAILABLE ? "unavailable" : "not counted");
  }

  private static void add(Observation.Context span, String limit, String outcome) {
    Observation.Context unused =
        span.addHighCardinalityKeyValue(KeyValue.of("bartizan.limit." + limit, outcome));
  }
}
