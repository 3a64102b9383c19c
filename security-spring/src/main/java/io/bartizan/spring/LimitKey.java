package io.bartizan.spring;

import io.bartizan.adapters.CallerKey;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.spring.caller.CallerPlans;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * By what a limit counts, and whether it stands before or behind authentication.
 *
 * @param claim which stands in the place of the principal's name; null for the name
 */
record LimitKey(
    CallerKey caller, @Nullable String claim, boolean isAfterAuthentication, String text) {

  private static final String ACCEPTED =
      "\"address\", \"peer\", \"principal\", \"claim NAME\" such as \"claim tenant\", and the"
          + " last two with \"otherwise address\" are accepted";

  /** The key of a setting; {@code property} is named if it is none. */
  static LimitKey parse(String property, String text, ClientAddress clients) {
    List<String> words = List.of(text.trim().split(" +otherwise +", -1));
    if (words.size() > 2) {
      throw SettingException.of(property, text, ACCEPTED);
    }
    String claim = claim(property, text, words.get(0));
    CallerKey caller =
        claim == null
            ? word(property, text, words.get(0), clients)
            : CallerKey.principal(); // under the claim's text: CountedCaller
    if (words.size() == 2) {
      if (claim != null && words.get(1).equals("principal")) {
        throw SettingException.of(property, text, ACCEPTED);
      }
      caller = caller.otherwise(word(property, text, words.get(1), clients));
    }
    return new LimitKey(caller, claim, claim != null || words.contains("principal"), text);
  }

  /** The name of a claim; null if it is none. */
  private static @Nullable String claim(String property, String text, String words) {
    String[] parts = words.split(" +", -1);
    if (!parts[0].equals("claim")) {
      return null;
    }
    if (parts.length != 2) {
      throw SettingException.of(property, text, ACCEPTED);
    }
    return SettingException.read(
        property,
        text,
        () -> {
          CallerPlans.requirePresent(true);
          return parts[1];
        });
  }

  private static CallerKey word(String property, String text, String word, ClientAddress clients) {
    return switch (word) {
      case "address" -> CallerKey.address(clients);
      case "peer" -> CallerKey.peer();
      case "principal" -> CallerKey.principal();
      default ->
          throw SettingException.of(
              property,
              text,
              word.startsWith("header")
                  ? "a header is not verified: a stranger who sends another's value would spend"
                      + " that caller's permits, and one who changes it would get a full bucket"
                      + " each time; authenticate by the header and count by \"principal\"; "
                      + ACCEPTED
                  : ACCEPTED);
    };
  }

  /**
   * Sees that a limit by address does not count by what its caller wrote.
   *
   * <p>Where {@code server.forward-headers-strategy} puts the first value of {@code
   * X-Forwarded-For} in the place of the connection's address, a proxy that appends to that header
   * hands on whatever the client put in front: a new address, and so a full bucket, for each
   * request. Tomcat's own valve is not among them: it trusts private addresses alone and reads from
   * the end.
   */
  static final class ForwardedAddresses
      implements WebServerFactoryCustomizer<ConfigurableWebServerFactory>, AopInfrastructureBean {

    private static final Logger LOG = LoggerFactory.getLogger(ForwardedAddresses.class);
    private static final String STRATEGY = "server.forward-headers-strategy";

    private final Environment environment;
    private final ListableBeanFactory beans;
    private final List<String> trusted;
    private final List<String> limits;

    /**
     * Looks at the server before it starts.
     *
     * @param settings with limits, of which those by address matter, and trusted proxies
     */
    ForwardedAddresses(
        Environment environment, ListableBeanFactory beans, BartizanProperties settings) {
      this.environment = environment;
      this.beans = beans;
      trusted = settings.trustedProxies();
      limits =
          settings.limits().entrySet().stream()
              .filter(each -> each.getValue().key().contains("address"))
              .map(Map.Entry::getKey)
              .toList();
    }

    @Override
    public void customize(ConfigurableWebServerFactory factory) {
      String why = limits.isEmpty() ? null : believed(factory);
      if (why == null) {
        return;
      }
      if (!trusted.isEmpty()) {
        throw SettingException.of(
            "bartizan.trusted-proxies",
            trusted,
            "is not asked, since "
                + why
                + " puts the first value of X-Forwarded-For in the place of each client's address,"
                + " and any client can write it: remove that bean, or set "
                + STRATEGY
                + " to none (on Tomcat also native is accepted), or let the proxy overwrite the"
                + " header and remove bartizan.trusted-proxies");
      }
      LOG.warn(
          "limits {} count by the first value of X-Forwarded-For, since {} puts it in the place of"
              + " each client's address. A client that writes the header escapes them, unless the"
              + " proxy overwrites it. Otherwise remove that bean, or set {} to none, and set"
              + " bartizan.trusted-proxies to the proxies' addresses",
          limits,
          why,
          STRATEGY);
    }

    /** What believes the header's first value; null if nothing does. */
    private @Nullable String believed(ConfigurableWebServerFactory factory) {
      String strategy = environment.getProperty(STRATEGY, "").trim().toLowerCase(Locale.ROOT);
      if (strategy.equals("framework")) {
        return STRATEGY + "=framework";
      }
      String bean = forwardingBean(factory);
      if (bean != null) {
        return "the bean " + bean;
      }
      CloudPlatform platform = strategy.isEmpty() ? CloudPlatform.getActive(environment) : null;
      boolean isNative =
          strategy.equals("native") || (platform != null && platform.isUsingForwardHeaders());
      if (!isNative || isTomcat(factory)) {
        return null;
      }
      return platform == null ? STRATEGY + "=native" : "Spring Boot's default on " + platform;
    }

    private @Nullable String forwardingBean(ConfigurableWebServerFactory factory) {
      if (is("ConfigurableReactiveWebServerFactory", factory)) {
        return ForwardingBean.onWebFlux(beans);
      }
      return is("ConfigurableServletWebServerFactory", factory)
          ? ForwardingBean.OfServlets.before(SecurityOrder.of(environment), beans)
          : null;
    }

    private static boolean isTomcat(ConfigurableWebServerFactory factory) {
      return is("ConfigurableTomcatWebServerFactory", factory);
    }

    /** By name, since Spring Boot 4 has moved the types. */
    private static boolean is(String name, ConfigurableWebServerFactory factory) {
      return ClassUtils.getAllInterfacesForClassAsSet(factory.getClass()).stream()
          .anyMatch(each -> each.getSimpleName().equals(name));
    }
  }

  /**
   * A bean of the application that puts the first value of {@code X-Forwarded-For} in the place of
   * each client's address, in front of the limits.
   */
  static final class ForwardingBean {

    private ForwardingBean() {}

    /** The name of the one that WebFlux takes; null if there is none. */
    static @Nullable String onWebFlux(ListableBeanFactory beans) {
      String name = WebHttpHandlerBuilder.FORWARDED_HEADER_TRANSFORMER_BEAN_NAME;
      return beans.containsBean(name)
              && beans.getBean(name) instanceof ForwardedHeaderTransformer transformer
              && !transformer.isRemoveOnly()
          ? name
          : null;
    }

    /** Apart, for its types need the servlet API. */
    static final class OfServlets {

      private static final ResolvableType REGISTRATION =
          ResolvableType.forClassWithGenerics(
              FilterRegistrationBean.class, ForwardedHeaderFilter.class);

      private OfServlets() {}

      /**
       * The name of one that is registered in front of a filter.
       *
       * @param order of that filter
       * @return null if there is none
       */
      static @Nullable String before(int order, ListableBeanFactory beans) {
        for (String name : beans.getBeanNamesForType(REGISTRATION, true, false)) {
          FilterRegistrationBean<?> bean = beans.getBean(name, FilterRegistrationBean.class);
          if (bean.isEnabled() && bean.getOrder() < order) {
            return name;
          }
        }
        return null;
      }
    }
  }
}
