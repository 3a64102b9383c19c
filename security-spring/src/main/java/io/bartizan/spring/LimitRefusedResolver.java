package io.bartizan.spring;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers the refusal of a method's limit, in front of the application's own exception handlers:
 * one for all exceptions would make a 500 of it.
 */
final class LimitRefusedResolver
    implements HandlerExceptionResolver, Ordered, RateLimitedMethods.Answers {

  private static final int MOST_CAUSES = 16;

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }

  @Override
  public @Nullable ModelAndView resolveException(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable Object handler,
      Exception thrown) {
    @Nullable Throwable each = thrown;
    for (int i = 0; i < MOST_CAUSES && each != null; i++) {
      if (each instanceof LimitRefusedException refused && !response.isCommitted()) {
        try {
          refused.answer().send(response);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        return new ModelAndView();
      }
      each = each.getCause();
    }
    return null;
  }
}
