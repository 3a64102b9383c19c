package io.bartizan.spring;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.webflux.RateLimitFilter;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.spring.caller.WebFluxCaller;
import io.bartizan.spring.method.CostlyAsyncLimiter;
import io.bartizan.spring.method.CostlyLimiter;
import io.bartizan.spring.method.KeptExchange;
import io.bartizan.spring.method.LimitRefusedException;
import io.bartizan.spring.method.MethodRefusal;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Counts the request of Reactor's context, in which {@link MethodsWebFilter} puts it, before the
 * method runs, and waits on no thread. A method is run and counted again by each subscription.
 */
final class WebFluxMethodCalls implements MethodCalls, AopInfrastructureBean {

  private static final List<Class<?>> STAGES =
      List.of(CompletionStage.class, CompletableFuture.class);

  @Override
  public @Nullable String refusal(Method method) {
    Class<?> type = method.getReturnType();
    if (type == Mono.class || type == Flux.class) {
      return null;
    }
    if (!STAGES.contains(type)) {
      return "returns "
          + type.getSimpleName()
          + ", for which WebFlux's event loop would have to wait: let it return Mono, Flux or"
          + " CompletionStage";
    }
    return List.of(method.getParameterTypes()).contains(ServerWebExchange.class)
        ? null
        : "returns "
            + type.getSimpleName()
            + ", which knows no request: give it a parameter of type ServerWebExchange, or let it"
            + " return Mono";
  }

  @Override
  public Counted counted(Method method, ConfiguredLimit limit, long cost) {
    Mono<Void> asked = asked(limit, filters(limit, cost));
    Class<?> type = method.getReturnType();
    if (type == Mono.class) {
      return call -> asked.then(Mono.defer(() -> (Mono<?>) proceed(call)));
    }
    if (type == Flux.class) {
      return call -> asked.thenMany(Flux.defer(() -> (Flux<?>) proceed(call)));
    }
    return call -> {
      CompletionStage<?> ended =
          MethodsWebFilter.within(exchange(call, limit), asked)
              .toFuture()
              .thenCompose(counted -> (CompletionStage<?>) proceed(call));
      return ended;
    };
  }

  /** A new filter each time: one of them counts a request once, and a method may run twice. */
  private static Supplier<RateLimitFilter> filters(ConfiguredLimit limit, long cost) {
    CallerKey caller = limit.key().caller();
    if (limit.onRedis() == null) {
      KeyedRateLimiter inMemory = CostlyLimiter.of(limit.limiter(), cost);
      return () -> RateLimitFilter.inMemory(inMemory, caller);
    }
    AsyncKeyedRateLimiter onRedis = CostlyAsyncLimiter.of(limit.onRedis(), cost);
    return () -> RateLimitFilter.of(onRedis, caller);
  }

  /** Completes without a value where the call is allowed. */
  private static Mono<Void> asked(ConfiguredLimit limit, Supplier<RateLimitFilter> filters) {
    return Mono.deferContextual(
        context -> {
          ServerWebExchange exchange = MethodsWebFilter.exchange(context);
          return exchange == null
              ? Mono.error(MethodRefusal.outsideOfARequest(limit.name(), limit.key().text()))
              : asked(limit, filters.get(), LimitWebFilter.known(exchange));
        });
  }

  private static Mono<Void> asked(
      ConfiguredLimit limit, RateLimitFilter filter, ServerWebExchange exchange) {
    Runnable unmark = () -> exchange.getAttributes().values().remove(filter); // its own
    KeptExchange kept = new KeptExchange(WebFluxCaller.of(exchange, limit.counted()));
    AtomicBoolean admitted = new AtomicBoolean();
    return filter
        .filter(kept, counted -> Mono.fromRunnable(() -> admitted.set(true)))
        .then(
            Mono.defer(
                () -> {
                  MethodRefusal answer = kept.answer();
                  if (!admitted.get()) {
                    return Mono.error(new LimitRefusedException(limit.name(), answer));
                  }
                  tell(exchange, answer);
                  return Mono.<Void>empty();
                }))
        .doOnTerminate(unmark)
        .doOnCancel(unmark);
  }

  /** What a served request is told of its limit; methods may be asked side by side. */
  private static void tell(ServerWebExchange exchange, MethodRefusal answer) {
    synchronized (exchange.getAttributes()) {
      if (!exchange.getResponse().isCommitted()) {
        answer.fields().forEach(exchange.getResponse().getHeaders()::set);
      }
    }
  }

  private static ServerWebExchange exchange(MethodInvocation call, ConfiguredLimit limit) {
    for (@Nullable Object each : call.getArguments()) {
      if (each instanceof ServerWebExchange exchange) {
        return exchange;
      }
    }
    throw MethodRefusal.outsideOfARequest(limit.name(), limit.key().text());
  }

  /** By a copy of the call: each subscription proceeds once more, and an invocation does once. */
  private static @Nullable Object proceed(MethodInvocation call) {
    try {
      return ((ProxyMethodInvocation) call).invocableClone().proceed();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw Exceptions.propagate(e);
    }
  }
}
