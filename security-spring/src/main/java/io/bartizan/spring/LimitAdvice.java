package io.bartizan.spring;

import io.bartizan.spring.method.MethodRefusal;
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
  private final ObjectProvider<MethodCalls> calls;
  private final ConcurrentMap<Method, MethodCalls.Counted> known = new ConcurrentHashMap<>();

  LimitAdvice(ObjectProvider<ConfiguredLimits> limits, ObjectProvider<MethodCalls> calls) {
    this.limits = limits;
    this.calls = calls;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation call) throws Throwable {
    Object target = call.getThis();
    Method method =
        AopUtils.getMostSpecificMethod(
            call.getMethod(), target == null ? null : AopUtils.getTargetClass(target));
    return known.computeIfAbsent(method, this::counted).call(call);
  }

  /** Checked at start, when the bean was made. */
  private MethodCalls.Counted counted(Method method) {
    RateLimited asked =
        Objects.requireNonNull(
            AnnotatedElementUtils.findMergedAnnotation(method, RateLimited.class));
    MethodCalls framework = calls.getIfAvailable();
    if (framework == null) {
      return call -> {
        throw MethodRefusal.outsideOfARequest(asked.value(), "the caller of a request");
      };
    }
    ConfiguredLimit limit = Objects.requireNonNull(limits.getObject().named(asked.value()));
    return framework.counted(method, limit, asked.cost());
  }
}
