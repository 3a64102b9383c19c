package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;

/**
 * Where the server believes the first value of {@code X-Forwarded-For}, which any client writes.
 */
class ForwardedAddressesIT {

  private static final String LIMIT = "bartizan.limits.flood: {limit: '1 burst, 1/h'}\n";
  private static final String PROXIES = "bartizan.trusted-proxies: 127.0.0.1\n";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "MVC, server.forward-headers-strategy: framework, forward-headers-strategy=framework",
    "WEBFLUX, server.forward-headers-strategy: FRAMEWORK, forward-headers-strategy=framework",
    "WEBFLUX, server.forward-headers-strategy: native, forward-headers-strategy=native",
    "WEBFLUX, spring.main.cloud-platform: kubernetes, default on KUBERNETES",
  })
  void trustedProxies_thatAreNotAsked_failTheStart(Web web, String setting, String why) {
    Throwable failure =
        catchThrowable(() -> Booted.plain(web, folder, LIMIT + PROXIES + setting + "\n").close());
    assertThat(failure)
        .hasStackTraceContaining("bartizan.trusted-proxies is \"[127.0.0.1]\": is not asked")
        .hasStackTraceContaining(why);
  }

  /** As Spring's reference shows them. */
  @ParameterizedTest
  @CsvSource({
    "MVC, io.bartizan.spring.ForwardedAddressesIT$OwnFilter, the bean forwarded",
    "WEBFLUX, io.bartizan.spring.ForwardedAddressesIT$OwnTransformer, forwardedHeaderTransformer",
  })
  void beanThatBelievesTheHeader_failsTheStart_orIsWarnedOf(Web web, String bean, String why)
      throws Exception {
    String sources = "--spring.main.sources=" + bean;
    Throwable failure =
        catchThrowable(() -> Booted.plain(web, folder, LIMIT + PROXIES, sources).close());
    assertThat(failure).hasStackTraceContaining("is not asked").hasStackTraceContaining(why);
    String log = Booted.log(() -> Booted.plain(web, folder, LIMIT, sources).close());
    assertThat(log).contains("limits [flood] count by the first value").contains(why);
  }

  @Test
  void beanBehindTheLimits_changesNothing() throws Exception {
    String sources = "--spring.main.sources=" + LateFilter.class.getName();
    try (Booted shop = Booted.plain(Web.MVC, folder, LIMIT + PROXIES, sources)) {
      assertThat(shop.get("/open", "X-Forwarded-For", "9.9.9.1, 7.7.7.7").statusCode())
          .isEqualTo(200);
      assertThat(shop.get("/open", "X-Forwarded-For", "9.9.9.2, 7.7.7.7").statusCode())
          .isEqualTo(429);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnFilter {
    @Bean
    FilterRegistrationBean<ForwardedHeaderFilter> forwarded() {
      return registered(Ordered.HIGHEST_PRECEDENCE);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class LateFilter {
    @Bean
    FilterRegistrationBean<ForwardedHeaderFilter> forwarded() {
      return registered(Ordered.LOWEST_PRECEDENCE);
    }
  }

  private static FilterRegistrationBean<ForwardedHeaderFilter> registered(int order) {
    FilterRegistrationBean<ForwardedHeaderFilter> bean =
        new FilterRegistrationBean<>(new ForwardedHeaderFilter());
    bean.setOrder(order);
    return bean;
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnTransformer {
    @Bean
    ForwardedHeaderTransformer forwardedHeaderTransformer() {
      return new ForwardedHeaderTransformer();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MVC, server.forward-headers-strategy: native",
    "MVC, spring.main.cloud-platform: kubernetes",
    "MVC, server.forward-headers-strategy: none",
    "WEBFLUX, server.forward-headers-strategy: none",
  })
  void clientThatWritesTheHeader_behindATrustedProxy_isCountedOnce(Web web, String setting)
      throws Exception {
    try (Booted shop = Booted.plain(web, folder, LIMIT + PROXIES + setting + "\n")) {
      assertThat(shop.get("/open", "X-Forwarded-For", "9.9.9.1, 7.7.7.7").statusCode())
          .isEqualTo(200);
      assertThat(shop.get("/open", "X-Forwarded-For", "9.9.9.2, 7.7.7.7").statusCode())
          .isEqualTo(429);
      assertThat(shop.get("/open", "X-Forwarded-For", "9.9.9.2, 8.8.8.8").statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void serverThatBelievesTheHeader_isWarnedOf_whereAddressesCount() throws Exception {
    String strategy = "server.forward-headers-strategy: framework\n";
    String told = "limits [flood] count by the first value of X-Forwarded-For";
    assertThat(log(LIMIT + strategy)).contains(told);
    assertThat(log(LIMIT)).doesNotContain(told);
    assertThat(log(LIMIT.replace("'}", "', key: peer}") + strategy)).doesNotContain(told);
  }

  private String log(String yaml) throws Exception {
    return Booted.log(() -> Booted.plain(folder, yaml).close());
  }
}
