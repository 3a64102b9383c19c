package io.bartizan.spring;

import io.bartizan.adapters.servlet.RateLimitFilter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * What one call of a method takes of its limit. The limits' own filter answers, so that a refusal
 * can't differ from one on routes; its answer is kept until it is known who sends it.
 */
final class MethodLimit {

  private final ConfiguredLimit limit;
  private final KeyedRateLimiter limiter;

  MethodLimit(ConfiguredLimit limit, long cost) {
    this.limit = limit;
    limiter = cost == 1 ? limit.limiter() : new CostlyLimiter(limit.limiter(), cost);
  }

  /** Counts the request that this thread serves, and throws if it is refused. */
  void ask() throws IOException, ServletException {
    if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes served)) {
      throw outside();
    }
    @Nullable HttpServletResponse response = served.getResponse();
    if (response == null) {
      throw outside();
    }
    AtomicBoolean admitted = new AtomicBoolean();
    KeptAnswer answer = new KeptAnswer(response);
    // a new filter each time: one of them counts a request once, and a method may be called twice
    RateLimitFilter.of(limiter, limit.key().caller())
        .doFilter(served.getRequest(), answer, (request, going) -> admitted.set(true));
    if (!admitted.get()) {
      throw new LimitRefusedException(limit.name(), answer);
    }
    answer.sendFields(response);
  }

  private IllegalStateException outside() {
    return new IllegalStateException(
        "the limit "
            + limit.name()
            + " counts by "
            + limit.key().text()
            + ", and its method is called outside of a request, where nobody is known");
  }
}
