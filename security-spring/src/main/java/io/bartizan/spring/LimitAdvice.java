package io.bartizan.spring;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Asks a method's limit before the method runs. */
final class LimitAdvice implements MethodInterceptor {

  private final ObjectProvider<ConfiguredLimits> limits;
  private final ConcurrentMap<Method, MethodLimit> known = new ConcurrentHashMap<>();

  LimitAdvice(ObjectProvider<ConfiguredLimits> limits) {
    this.limits = limits;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation call) throws Throwable {
    Object target = call.getThis();
    Method method =
        AopUtils.getMostSpecificMethod(
            call.getMethod(), target == null ? null : AopUtils.getTargetClass(target));
    known.computeIfAbsent(method, this::limit).ask();
    return call.proceed();
  }

  /** Checked at start, when the bean was made. */
  private MethodLimit limit(Method method) {
    RateLimited asked =
        Objects.requireNonNull(
            AnnotatedElementUtils.findMergedAnnotation(method, RateLimited.class));
    ConfiguredLimit limit = Objects.requireNonNull(limits.getObject().named(asked.value()));
    return new MethodLimit(limit, asked.cost());
  }
}
