package io.bartizan.spring;

import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.ServerTls;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.AbstractConfigurableWebServerFactory;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of mutual TLS (mTLS) from {@code bartizan.mtls}: SSL bundles with a policy on
 * the peer's subject alternative names. They are for {@code server.ssl.bundle} on Tomcat, Jetty and
 * Reactor Netty, and for clients.
 */
@AutoConfiguration
@Conditional(OnSettings.Mtls.class)
@EnableConfigurationProperties(BartizanProperties.class)
public final class BartizanMtlsAutoConfiguration implements AopInfrastructureBean {

  private static final String SERVER_BUNDLE = "server.ssl.bundle";

  BartizanMtlsAutoConfiguration() {}

  @Bean
  MtlsBundles bartizanMtls(
      @Qualifier(BartizanProperties.BEAN) BartizanProperties settings,
      ObjectProvider<Meters> bartizanMeters) {
    return MtlsBundles.of(settings, bartizanMeters.getIfUnique(() -> Meters.NONE));
  }

  @Bean
  SslBundleRegistrar bartizanSslBundles(MtlsBundles bartizanMtls, Environment environment) {
    MtlsBundle.Takers.check(bartizanMtls, environment);
    return registry ->
        bartizanMtls.forEach(
            (name, tls) ->
                registry.registerBundle(
                    name, new MtlsBundle(name, tls, () -> bartizanMtls.take(name))));
  }

  @Bean
  MtlsBundles.Idle bartizanIdleBundles(MtlsBundles bartizanMtls) {
    return new MtlsBundles.Idle(bartizanMtls);
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(ConfigurableWebServerFactory.class)
  static class Server implements AopInfrastructureBean {

    @Bean
    WebServerFactoryCustomizer<ConfigurableWebServerFactory> bartizanServerTls(
        MtlsBundles bartizanMtls, Environment environment) {
      return of(bartizanMtls, environment, SERVER_BUNDLE);
    }

    /** Puts the bundle that the property names into a server. */
    static WebServerFactoryCustomizer<ConfigurableWebServerFactory> of(
        MtlsBundles bundles, Environment environment, String property) {
      String name = environment.getProperty(property, "");
      return factory -> {
        MutualTls tls = bundles.get(name);
        if (isSecured(factory, bundles, property, tls != null) && tls != null) {
          secure(factory, MtlsBundle.Takers.server(tls, property, name), property, name);
          bundles.take(name);
        }
      };
    }

    /** Whether the server speaks TLS; fails where hosts have bundles of their own. */
    private static boolean isSecured(
        ConfigurableWebServerFactory factory, MtlsBundles bundles, String property, boolean ours) {
      Ssl ssl = factory instanceof AbstractConfigurableWebServerFactory own ? own.getSsl() : null;
      if (ssl == null) {
        return true;
      }
      for (Ssl.ServerNameSslBundle host : ssl.getServerNameBundles()) {
        if (Ssl.isEnabled(ssl) && (ours || bundles.get(host.bundle()) != null)) {
          throw SettingException.of(
              property.replace("ssl.bundle", "ssl.server-name-bundles"),
              host.serverName() + ": " + host.bundle(),
              "a server with a bundle of bartizan.mtls.servers has one for all host names: set "
                  + property
                  + " alone");
        }
      }
      return Ssl.isEnabled(ssl);
    }

    private static void secure(
        ConfigurableWebServerFactory factory, ServerTls server, String property, String name) {
      boolean ours =
          ServersOfBoot4.secure(factory, server) || ServersOfBoot3.secure(factory, server);
      if (!ours) {
        throw SettingException.of(
            property,
            name,
            "bundles of bartizan.mtls.servers are served by Tomcat, Jetty and Reactor Netty, and"
                + " this application runs "
                + factory.getClass().getSimpleName());
      }
    }
  }
}
