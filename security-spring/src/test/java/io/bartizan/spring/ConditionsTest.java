package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.CompanyDecoderAutoConfiguration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/** Neither framework is dragged into an application of the other. */
class ConditionsTest {

  private static final AutoConfigurations ALL =
      AutoConfigurations.of(
          BartizanActuatorAutoConfiguration.class,
          BartizanJwtAutoConfiguration.class,
          BartizanLimitsAutoConfiguration.class,
          BartizanMetersAutoConfiguration.class,
          BartizanMethodsAutoConfiguration.class,
          BartizanMtlsAutoConfiguration.class);
  private static final String[] SETTINGS = {
    "bartizan.limits.all.limit=9 burst, 1/h",
    "bartizan.jwt.issuer=https://login.example",
    "bartizan.jwt.audience=orders",
    "bartizan.jwt.algorithms=ES256"
  };

  @Test
  void webFlux_withoutAnythingOfServlets_hasItsOwnBeansAlone() {
    new ReactiveWebApplicationContextRunner()
        .withConfiguration(ALL)
        .withPropertyValues(SETTINGS)
        .withClassLoader(
            new FilteredClassLoader(
                "jakarta.servlet",
                "org.apache.catalina",
                "org.springframework.web.servlet",
                "org.springframework.boot.web.servlet",
                "org.springframework.boot.tomcat"))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).getBeans(LimitWebFilter.class).hasSize(2);
              assertThat(context).hasSingleBean(TokenWebFilter.class);
              assertThat(context).hasSingleBean(ReactiveJwtDecoder.class);
              assertThat(context).doesNotHaveBean(JwtDecoder.class);
              assertThat(context).doesNotHaveBean(ServletMethodCalls.class);
            });
  }

  @Test
  void springMvc_withoutAnythingReactive_hasItsOwnBeansAlone() {
    new WebApplicationContextRunner()
        .withConfiguration(ALL)
        .withPropertyValues(SETTINGS)
        .withClassLoader(
            new FilteredClassLoader(
                "reactor",
                "org.reactivestreams",
                "io.lettuce",
                "org.springframework.data.redis",
                "org.springframework.web.reactive",
                "org.springframework.boot.webflux"))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).getBeans(FilterRegistrationBean.class).hasSize(3);
              assertThat(context).hasSingleBean(JwtDecoder.class);
              assertThat(context).doesNotHaveBean(ReactiveJwtDecoder.class);
              assertThat(context).hasSingleBean(ServletMethodCalls.class);
            });
  }

  @Test
  void springMvc_withWebFluxBesideIt_isNotReactive() {
    new WebApplicationContextRunner()
        .withConfiguration(ALL)
        .withPropertyValues(SETTINGS)
        .run(
            context -> {
              assertThat(context).hasSingleBean(JwtDecoder.class);
              assertThat(context).doesNotHaveBean(ReactiveJwtDecoder.class);
              assertThat(context).doesNotHaveBean(LimitWebFilter.class);
            });
  }

  /** Comparing every method of every bean with each advice takes a good part of a start. */
  @Test
  void beansOfTheStarter_sayThatNobodyWrapsThemInAProxy() {
    AutoConfigurations all =
        AutoConfigurations.of(
            BartizanWebhooksAutoConfiguration.class, OnSettings.ReadAutoConfiguration.class);
    String[] more = {
      "management.endpoints.web.exposure.include=*",
      "bartizan.webhooks.pay.path=/hooks/pay",
      "bartizan.webhooks.pay.scheme=stripe",
      "bartizan.webhooks.pay.secret=whsec_of_the_payments",
      "bartizan.webhooks.pay.store=memory",
      "bartizan.limits.all.store=memory"
    };
    new WebApplicationContextRunner()
        .withConfiguration(ALL)
        .withConfiguration(all)
        .withPropertyValues(SETTINGS)
        .withPropertyValues(more)
        .run(context -> assertThat(proxied(context.getBeanFactory())).isEmpty());
    new ReactiveWebApplicationContextRunner()
        .withConfiguration(ALL)
        .withConfiguration(all)
        .withPropertyValues(SETTINGS)
        .withPropertyValues(more)
        .run(context -> assertThat(proxied(context.getBeanFactory())).isEmpty());
  }

  /**
   * Beans of the starter's own types and its registrations of filters, without the marker. The
   * endpoint may be wrapped, by an application that audits its endpoints.
   */
  private static List<String> proxied(ConfigurableListableBeanFactory factory) {
    List<String> ours = new ArrayList<>();
    List<String> proxied = new ArrayList<>();
    for (String name : factory.getBeanDefinitionNames()) {
      Object bean = factory.getBean(name);
      boolean isOurs =
          bean.getClass().getName().startsWith("io.bartizan.spring.")
              && !(bean instanceof BartizanEndpoint)
              && !bean.getClass().isHidden();
      if (isOurs || bean instanceof FilterRegistrationBean) {
        ours.add(name);
        if (!(bean instanceof AopInfrastructureBean)) {
          proxied.add(name);
        }
      }
    }
    assertThat(ours).hasSizeGreaterThan(15);
    return proxied;
  }

  @Test
  void applicationWithoutWeb_hasADecoderAndNoLimits() {
    new ApplicationContextRunner()
        .withConfiguration(ALL)
        .withPropertyValues(SETTINGS)
        .run(
            context -> {
              assertThat(context).hasSingleBean(JwtDecoder.class);
              assertThat(context).doesNotHaveBean(ConfiguredLimits.class);
              assertThat(context).doesNotHaveBean(ReactiveJwtDecoder.class);
            });
  }

  @Test
  void decoderOfAnotherStarter_isKept() {
    new WebApplicationContextRunner()
        .withConfiguration(ALL)
        .withConfiguration(AutoConfigurations.of(CompanyDecoderAutoConfiguration.class))
        .withPropertyValues(SETTINGS)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).getBeanNames(JwtDecoder.class).containsExactly("companyDecoder");
            });
  }

  @Test
  void ownReactiveDecoder_isKept() {
    ReactiveJwtDecoder own = token -> reactor.core.publisher.Mono.empty();
    new ReactiveWebApplicationContextRunner()
        .withConfiguration(ALL)
        .withPropertyValues(SETTINGS)
        .withBean("own", ReactiveJwtDecoder.class, () -> own)
        .run(context -> assertThat(context).getBean(ReactiveJwtDecoder.class).isSameAs(own));
  }
}
