package io.bartizan.spring;

import io.bartizan.spring.method.MethodRefusal;
import java.util.Objects;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.reactive.DispatchExceptionHandler;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Answers a method's refusal in front of the application's own exception handlers, as {@link
 * ServletMethodCalls} does: WebFlux asks its adapter of handlers alone.
 */
final class WebFluxRefusals implements BeanPostProcessor, MethodInterceptor, AopInfrastructureBean {

  @Override
  public Object postProcessAfterInitialization(Object bean, String beanName) {
    if (!(bean instanceof RequestMappingHandlerAdapter)) {
      return bean;
    }
    ProxyFactory factory = new ProxyFactory(bean);
    factory.setProxyTargetClass(true);
    factory.addAdvice(this);
    return factory.getProxy();
  }

  @Override
  public @Nullable Object invoke(MethodInvocation call) throws Throwable {
    if (call.getMethod().getName().equals("handleError")
        && call.getArguments()[0] instanceof ServerWebExchange exchange
        && call.getArguments()[1] instanceof Throwable thrown
        && MethodRefusal.causeOf(thrown) != null) {
      return MethodsWebFilter.answer(exchange, thrown);
    }
    Object result = call.proceed();
    return call.getMethod().getName().equals("handle")
        ? ((Mono<?>) Objects.requireNonNull(result)).cast(HandlerResult.class).doOnNext(this::guard)
        : result;
  }

  private void guard(HandlerResult result) {
    @Nullable DispatchExceptionHandler own = result.getExceptionHandler();
    result.setExceptionHandler(
        (exchange, thrown) ->
            own == null || MethodRefusal.causeOf(thrown) != null
                ? MethodsWebFilter.answer(exchange, thrown).then(Mono.empty())
                : own.handleError(exchange, thrown));
  }
}
