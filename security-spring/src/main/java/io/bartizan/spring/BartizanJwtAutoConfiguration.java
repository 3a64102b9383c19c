package io.bartizan.spring;

import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.spring.BartizanProperties.JwtSettings;
import java.util.Objects;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/**
 * Auto-configuration of JWT verification from {@code bartizan.jwt}: a {@code JwtDecoder} for Spring
 * Security's resource server, in WebFlux a {@code ReactiveJwtDecoder}, whose every answer is a
 * {@link JwtVerifier}'s.
 *
 * <p>A token that is bound to a client certificate (RFC 8705) is compared with that of the request.
 */
@AutoConfiguration(
    beforeName = {
      "org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration",
      "org.springframework.boot.security.oauth2.server.resource.autoconfigure.reactive.ReactiveOAuth2ResourceServerAutoConfiguration",
      "org.springframework.boot.autoconfigure.security.oauth2.resource.servlet.OAuth2ResourceServerAutoConfiguration",
      "org.springframework.boot.autoconfigure.security.oauth2.resource.reactive.ReactiveOAuth2ResourceServerAutoConfiguration"
    })
@Conditional(OnSettings.Jwt.class)
@EnableConfigurationProperties(BartizanProperties.class)
public final class BartizanJwtAutoConfiguration implements AopInfrastructureBean {

  BartizanJwtAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  RemoteJwks bartizanJwks(
      @Qualifier(BartizanProperties.BEAN) BartizanProperties settings,
      ObjectProvider<Meters> bartizanMeters) {
    return JwtBeans.keys(jwt(settings), bartizanMeters.getIfUnique(() -> Meters.NONE));
  }

  @Bean
  @ConditionalOnMissingBean
  JwtVerifier bartizanJwtVerifier(
      @Qualifier(BartizanProperties.BEAN) BartizanProperties settings,
      RemoteJwks bartizanJwks,
      ObjectProvider<Meters> bartizanMeters,
      Environment environment) {
    JwtBeans.warnOfUnread(environment);
    return JwtBeans.verifier(
        jwt(settings), bartizanJwks, bartizanMeters.getIfUnique(() -> Meters.NONE));
  }

  @Bean
  JwtBeans.LoadingAfterStart bartizanLoadingAfterStart(
      @Qualifier(BartizanProperties.BEAN) BartizanProperties settings) {
    return JwtBeans.LoadingAfterStart.of(jwt(settings));
  }

  private static JwtSettings jwt(BartizanProperties settings) {
    return Objects.requireNonNull(settings.jwt(), "bartizan.jwt");
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(NimbusJwtDecoder.class)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class OfServlets implements AopInfrastructureBean {

    @Bean
    JwtBeans.Shown bartizanShownCertificate() {
      return ShownCertificate::current;
    }

    @Bean
    @ConditionalOnMissingBean
    JwtDecoder bartizanJwtDecoder(
        JwtVerifier bartizanJwtVerifier, JwtBeans.Shown bartizanShownCertificate) {
      return JwtBeans.Decoders.of(bartizanJwtVerifier, bartizanShownCertificate);
    }

    @Bean
    FilterRegistrationBean<OutageFilter> bartizanTokenOutages(Environment environment) {
      return new SecurityOrder.Registration<>(
          new OutageFilter(), SecurityOrder.of(environment) - 1);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(NimbusJwtDecoder.class)
  @ConditionalOnNotWebApplication
  static class WithoutServer implements AopInfrastructureBean {

    @Bean
    @ConditionalOnMissingBean
    JwtDecoder bartizanJwtDecoder(JwtVerifier bartizanJwtVerifier) {
      return JwtBeans.Decoders.of(bartizanJwtVerifier, JwtRequest::bare);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({NimbusReactiveJwtDecoder.class, Mono.class})
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class ReactiveDecoder implements AopInfrastructureBean {

    @Bean
    @ConditionalOnMissingBean
    ReactiveJwtDecoder bartizanReactiveJwtDecoder(JwtVerifier bartizanJwtVerifier) {
      NimbusReactiveJwtDecoder decoder =
          new NimbusReactiveJwtDecoder(
              new ReactiveClaims(AsyncJwtVerifier.of(bartizanJwtVerifier)));
      decoder.setJwtValidator(jwt -> OAuth2TokenValidatorResult.success()); // the verifier did all
      return decoder;
    }

    @Bean
    TokenWebFilter bartizanTokenOutages() {
      return new TokenWebFilter(SecurityOrder.ON_WEBFLUX - 1);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("org.springframework.security.oauth2.jwt.NimbusJwtDecoder")
  static class NoDecoder {

    NoDecoder() {
      throw SettingException.of(
          "bartizan.jwt",
          null,
          "Spring Security's resource server is not on the class path, so that no request would be"
              + " authenticated: add spring-boot-starter-oauth2-resource-server");
    }
  }
}
