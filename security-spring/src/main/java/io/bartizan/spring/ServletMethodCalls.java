package io.bartizan.spring;

import io.bartizan.adapters.servlet.RateLimitFilter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.spring.caller.ServletCaller;
import io.bartizan.spring.method.CostlyLimiter;
import io.bartizan.spring.method.KeptResponse;
import io.bartizan.spring.method.LimitRefusedException;
import io.bartizan.spring.method.MethodRefusal;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.core.Ordered;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Counts the request that the thread serves, and answers a refusal in front of the application's
 * own exception handlers: one for all exceptions would make a 500 of it.
 */
final class ServletMethodCalls
    implements HandlerExceptionResolver, Ordered, MethodCalls, AopInfrastructureBean {

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }

  @Override
  public @Nullable String refusal(Method method) {
    return null;
  }

  @Override
  public Counted counted(Method method, ConfiguredLimit limit, long cost) {
    KeyedRateLimiter limiter = CostlyLimiter.of(limit.limiter(), cost);
    return call -> {
      ask(limit, limiter);
      return call.proceed();
    };
  }

  private static void ask(ConfiguredLimit limit, KeyedRateLimiter limiter)
      throws IOException, ServletException {
    if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes served)) {
      throw MethodRefusal.outsideOfARequest(limit.name(), limit.key().text());
    }
    @Nullable HttpServletResponse response = served.getResponse();
    if (response == null) {
      throw MethodRefusal.outsideOfARequest(limit.name(), limit.key().text());
    }
    AtomicBoolean admitted = new AtomicBoolean();
    KeptResponse kept = new KeptResponse(response);
    // a new filter each time: one of them counts a request once, and a method may be called twice
    RateLimitFilter.of(limiter, limit.key().caller())
        .doFilter(
            ServletCaller.of(served.getRequest(), limit.counted()),
            kept,
            (request, going) -> admitted.set(true));
    MethodRefusal answer = kept.answer();
    if (!admitted.get()) {
      throw new LimitRefusedException(limit.name(), answer);
    }
    answer.fields().forEach(response::setHeader);
  }

  @Override
  public @Nullable ModelAndView resolveException(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable Object handler,
      Exception thrown) {
    MethodRefusal refused = MethodRefusal.causeOf(thrown);
    if (refused == null || response.isCommitted()) {
      return null;
    }
    try {
      send(refused, response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ModelAndView();
  }

  /** The refusal, in the place of what a handler may have written. */
  private static void send(MethodRefusal refused, HttpServletResponse response) throws IOException {
    response.resetBuffer();
    response.setStatus(refused.status());
    refused.fields().forEach(response::setHeader);
    response.setContentLength(refused.body().length);
    try {
      response.getOutputStream().write(refused.body());
    } catch (IllegalStateException writerInUse) {
      response.getWriter().write(new String(refused.body(), StandardCharsets.UTF_8));
    }
  }
}
