package io.bartizan.spring;

import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.ServerTls;
import io.bartizan.spring.tls.DemandingKeys;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.core.env.Environment;

/**
 * A mutual TLS as Spring Boot's bundle.
 *
 * <p>It has no key stores: whoever took keys and anchors from them would read them once and know
 * nothing of the policy, so a server that can't be given the context does not start.
 *
 * @param taken is run when somebody takes a context or a manager
 */
record MtlsBundle(String name, MutualTls tls, Runnable taken)
    implements SslBundle, SslManagerBundle {

  @Override
  public SslStoreBundle getStores() {
    return SslStoreBundle.NONE;
  }

  @Override
  public SslBundleKey getKey() {
    return SslBundleKey.NONE;
  }

  @Override
  public SslOptions getOptions() {
    return SslOptions.NONE;
  }

  @Override
  public String getProtocol() {
    return DEFAULT_PROTOCOL;
  }

  @Override
  public SslManagerBundle getManagers() {
    return this;
  }

  @Override
  public KeyManagerFactory getKeyManagerFactory() {
    taken.run();
    return tls instanceof ServerTls server
        ? DemandingKeys.of(name, server)
        : tls.keyManagerFactory();
  }

  @Override
  public TrustManagerFactory getTrustManagerFactory() {
    taken.run();
    return tls.trustManagerFactory();
  }

  /** The context that follows reloads and decides about resumed sessions too. */
  @Override
  public SSLContext createSslContext() {
    taken.run();
    return tls.sslContext();
  }

  @Override
  public SSLContext createSslContext(String protocol) {
    taken.run();
    return tls.sslContext();
  }

  /**
   * Servers of Spring that take a bundle's two managers, and by themselves ask no client for a
   * certificate: what looks like mutual TLS would verify nobody.
   */
  enum Takers {
    GRPC("spring.grpc.server.ssl.", "require"),
    RSOCKET("spring.rsocket.server.ssl.", "need");

    private final String prefix;
    private final String demanding;

    Takers(String prefix, String demanding) {
      this.prefix = prefix;
      this.demanding = demanding;
    }

    /** Fails where such a server has one of the bundles and would not ask its policy. */
    static void check(MtlsBundles bundles, Environment environment) {
      for (Takers each : values()) {
        String property = each.prefix + "bundle";
        String name = environment.getProperty(property, "");
        MutualTls tls = bundles.get(name);
        if (tls == null || !environment.getProperty(each.prefix + "enabled", Boolean.class, true)) {
          continue;
        }
        ServerTls unused = server(tls, property, name);
        String auth = environment.getProperty(each.prefix + "client-auth", "none");
        if (!auth.trim().toLowerCase(Locale.ROOT).equals(each.demanding)) {
          throw SettingException.of(
              each.prefix + "client-auth",
              auth,
              "the server of the bundle "
                  + name
                  + " must require client certificates, or the policy decides about nobody: "
                  + each.demanding
                  + " is accepted");
        }
        if (!environment.getProperty(each.prefix + "secure", Boolean.class, true)) {
          throw SettingException.of(
              each.prefix + "secure",
              false,
              "no certificate would be verified, and the policy of the bundle "
                  + name
                  + " not asked: true is accepted");
        }
      }
    }

    /** The bundle as a server's. */
    static ServerTls server(MutualTls tls, String property, String name) {
      if (tls instanceof ServerTls server) {
        return server;
      }
      throw SettingException.of(
          property, name, "is one of bartizan.mtls.clients; name one of bartizan.mtls.servers");
    }
  }
}
