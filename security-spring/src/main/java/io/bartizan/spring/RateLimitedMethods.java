package io.bartizan.spring;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.util.ConcurrentReferenceHashMap;
import org.springframework.util.ReflectionUtils;

/**
 * Puts {@link LimitAdvice} around each bean with {@link RateLimited} methods, or fails its start.
 */
final class RateLimitedMethods extends AbstractBeanFactoryAwareAdvisingPostProcessor {

  private static final long serialVersionUID = 1;

  private static final String NO_REQUESTS =
      "limits on methods count the requests of Spring MVC and WebFlux, and this application serves"
          + " none: remove @RateLimited";

  /**
   * Packages whose classes can't name {@link RateLimited}: most beans of an application are theirs,
   * and have thousands of methods.
   */
  private static final List<String> FRAMEWORKS =
      List.of(
          "java.",
          "jakarta.",
          "org.apache.catalina.",
          "org.springframework.aop.",
          "org.springframework.beans.",
          "org.springframework.boot.",
          "org.springframework.context.",
          "org.springframework.core.",
          "org.springframework.data.",
          "org.springframework.http.",
          "org.springframework.security.",
          "org.springframework.validation.",
          "org.springframework.web.");

  /**
   * Whether the same beans serve requests where the application is started as one of the web: a
   * start without it, as by a test with {@code WebEnvironment.NONE}, is no mistake.
   */
  private static final boolean SERVES_ELSEWHERE =
      Stream.of(
              "org.springframework.web.servlet.DispatcherServlet",
              "org.springframework.web.reactive.DispatcherHandler")
          .anyMatch(name -> ClassUtils.isPresent(name, RateLimitedMethods.class.getClassLoader()));

  private final transient ObjectProvider<ConfiguredLimits> limits;
  private final transient ObjectProvider<MethodCalls> calls;
  private final transient Map<Class<?>, Boolean> named = new ConcurrentReferenceHashMap<>();

  RateLimitedMethods(ObjectProvider<ConfiguredLimits> limits, ObjectProvider<MethodCalls> calls) {
    this.limits = limits;
    this.calls = calls;
    setProxyTargetClass(true);
    advisor =
        new DefaultPointcutAdvisor(
            new AnnotationMatchingPointcut(null, RateLimited.class, true),
            new LimitAdvice(limits, calls));
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String beanName) {
    Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
    Map<Method, RateLimited> limited = new LinkedHashMap<>(limited(type));
    boolean byInterface = Proxy.isProxyClass(bean.getClass());
    if (byInterface) {
      // of its interfaces, which what it leads to need not implement: a repository of Spring Data
      limited.putAll(limited(bean.getClass()));
    }
    if (limited.isEmpty()) {
      return bean;
    }
    if (calls.getIfAvailable() != null || !SERVES_ELSEWHERE) {
      limited.forEach((method, limit) -> check(type, byInterface, method, limit));
    }
    return super.postProcessAfterInitialization(bean, beanName);
  }

  private Map<Method, RateLimited> limited(Class<?> type) {
    return isOfAFramework(type) || !mayBeLimited(type)
        ? Map.of()
        : MethodIntrospector.selectMethods(
            type,
            (Method method) ->
                AnnotatedElementUtils.findMergedAnnotation(method, RateLimited.class));
  }

  /**
   * Whether a method of the type, or one that it overrides, has the annotation, itself or in
   * another one: a look at what is written there, since a search for merged annotations in all
   * beans takes a good part of an application's start.
   */
  private boolean mayBeLimited(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      if (namesLimit(each)) {
        return true;
      }
    }
    return ClassUtils.getAllInterfacesForClassAsSet(type).stream().anyMatch(this::namesLimit);
  }

  /** No class that these are made from is of the application. */
  private static boolean isOfAFramework(Class<?> type) {
    String name = type.getName();
    for (String each : FRAMEWORKS) {
      if (name.startsWith(each)) {
        return true;
      }
    }
    return false;
  }

  private boolean namesLimit(Class<?> type) {
    return named.computeIfAbsent(
        type, unknown -> !isOfAFramework(unknown) && hasAnnotation(unknown));
  }

  private static boolean hasAnnotation(Class<?> type) {
    return Arrays.stream(ReflectionUtils.getDeclaredMethods(type))
        .flatMap(method -> Arrays.stream(method.getDeclaredAnnotations()))
        .anyMatch(annotation -> isLimit(annotation.annotationType()));
  }

  private static boolean isLimit(Class<? extends Annotation> type) {
    return type == RateLimited.class || MergedAnnotations.from(type).isPresent(RateLimited.class);
  }

  private void check(Class<?> type, boolean byInterface, Method method, RateLimited asked) {
    String at = "bartizan.limits." + asked.value();
    Class<?> shown = byInterface ? method.getDeclaringClass() : type;
    String who = "@RateLimited on " + shown.getSimpleName() + "." + method.getName();
    MethodCalls framework = calls.getIfAvailable();
    if (framework == null) {
      throw SettingException.of(at, null, who + ": " + NO_REQUESTS);
    }
    ConfiguredLimits all = limits.getIfAvailable();
    ConfiguredLimit limit = all == null ? null : all.named(asked.value());
    if (limit == null) {
      throw SettingException.of(
          at, null, who + " names this limit: set its limit, and routes to \"methods\"");
    }
    if (!limit.routes().isMethods()) {
      throw SettingException.of(
          at + ".routes",
          limit.routes(),
          who + " would count a request a second time: set routes to \"methods\"");
    }
    if (asked.cost() < 1) {
      throw SettingException.of(
          at, null, who + " has a cost of " + asked.cost() + "; 1 and more are accepted");
    }
    int is = method.getModifiers();
    if (Modifier.isPrivate(is)
        || Modifier.isStatic(is)
        || (!byInterface && (Modifier.isFinal(is) || Modifier.isFinal(type.getModifiers())))) {
      throw SettingException.of(
          at,
          null,
          who
              + " would count nothing, since Spring can't override the method: private, static and"
              + " final methods and methods of final classes are not accepted");
    }
    String against = framework.refusal(method);
    if (against != null) {
      throw SettingException.of(at, null, who + " " + against);
    }
  }
}
