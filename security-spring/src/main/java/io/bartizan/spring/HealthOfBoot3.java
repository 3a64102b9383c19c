package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The library's health as Spring Boot 3.5 asks for it, through reflection: what is compiled against
 * Spring Boot 4 can't name the classes that were moved.
 */
final class HealthOfBoot3 implements FactoryBean<Object>, AopInfrastructureBean {

  private static final Class<?> COMPOSITE = type("CompositeHealthContributor");
  private static final Class<?> INDICATOR = type("HealthIndicator");
  private static final Class<?> HEALTH = type("Health");
  private static final Class<?> BUILDER = type("Health$Builder");

  private final ListableBeanFactory factory;

  HealthOfBoot3(ListableBeanFactory factory) {
    this.factory = factory;
  }

  private static Class<?> type(String name) {
    return ClassUtils.resolveClassName(
        "org.springframework.boot.actuate.health." + name, HealthOfBoot3.class.getClassLoader());
  }

  @Override
  public Class<?> getObjectType() {
    return COMPOSITE;
  }

  @Override
  public Object getObject() {
    return Guards.of(factory).tree(HealthOfBoot3::indicator, HealthOfBoot3::composite);
  }

  private static Object composite(Map<String, Object> parts) {
    try {
      return COMPOSITE.getMethod("fromMap", Map.class).invoke(null, parts);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Spring Boot's health can't be given the parts", e);
    }
  }

  private static Object indicator(HealthSource source) {
    return Proxy.newProxyInstance(
        INDICATOR.getClassLoader(),
        new Class<?>[] {INDICATOR},
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "health" -> health(ShownHealth.of(source));
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              case "toString" -> "ShownHealth";
              default -> InvocationHandler.invokeDefault(proxy, method, arguments);
            });
  }

  private static Object health(ShownHealth shown) throws ReflectiveOperationException {
    Object builder = HEALTH.getMethod("status", String.class).invoke(null, shown.status());
    BUILDER.getMethod("withDetails", Map.class).invoke(builder, shown.details());
    return BUILDER.getMethod("build").invoke(builder);
  }
}
