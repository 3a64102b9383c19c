package io.bartizan.spring;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Puts {@link LimitAdvice} around each bean with {@link RateLimited} methods, or fails its start.
 */
final class RateLimitedMethods extends AbstractBeanFactoryAwareAdvisingPostProcessor {

  private static final long serialVersionUID = 1;

  static final String MVC_ALONE =
      "limits on methods are counted in Spring MVC alone, and this application is not one of it:"
          + " set routes to its paths, such as \"/reports/**\", and remove @RateLimited";

  private final transient ObjectProvider<ConfiguredLimits> limits;
  private final transient ObjectProvider<Answers> answers;

  /** Whoever answers a request whose method was not run. */
  interface Answers {}

  RateLimitedMethods(ObjectProvider<ConfiguredLimits> limits, ObjectProvider<Answers> answers) {
    this.limits = limits;
    this.answers = answers;
    setProxyTargetClass(true);
    advisor =
        new DefaultPointcutAdvisor(
            new AnnotationMatchingPointcut(null, RateLimited.class, true), new LimitAdvice(limits));
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String beanName) {
    Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
    if (!AnnotationUtils.isCandidateClass(type, RateLimited.class)) {
      return bean;
    }
    Map<Method, RateLimited> limited =
        MethodIntrospector.selectMethods(
            type,
            (Method method) ->
                AnnotatedElementUtils.findMergedAnnotation(method, RateLimited.class));
    if (limited.isEmpty()) {
      return bean;
    }
    limited.forEach((method, limit) -> check(type, method, limit));
    return super.postProcessAfterInitialization(bean, beanName);
  }

  private void check(Class<?> type, Method method, RateLimited asked) {
    String at = "bartizan.limits." + asked.value();
    String who = "@RateLimited on " + type.getSimpleName() + "." + method.getName();
    if (answers.getIfAvailable() == null) {
      throw SettingException.of(at, null, who + ": " + MVC_ALONE);
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
        || Modifier.isFinal(is)
        || Modifier.isFinal(type.getModifiers())) {
      throw SettingException.of(
          at,
          null,
          who
              + " would count nothing, since Spring can't override the method: private, static and"
              + " final methods and methods of final classes are not accepted");
    }
  }
}
