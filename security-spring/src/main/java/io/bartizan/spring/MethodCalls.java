package io.bartizan.spring;

import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * How a web framework counts the calls of {@link RateLimited} methods, and answers refused ones.
 */
interface MethodCalls {

  /** One method with its limit. */
  interface Counted {

    /** Runs the method if its limit allows it. */
    @Nullable Object call(MethodInvocation invocation) throws Throwable;
  }

  /** Why a method can't be counted, as the end of a sentence; null if it can. */
  @Nullable String refusal(Method method);

  /** A method that {@link #refusal} has nothing against. */
  Counted counted(Method method, ConfiguredLimit limit, long cost);
}
