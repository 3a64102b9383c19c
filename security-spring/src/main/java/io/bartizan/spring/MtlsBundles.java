package io.bartizan.spring;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.Revocation;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsLayout;
import io.bartizan.mtls.TlsListener;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.spring.BartizanProperties.TlsSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/** Every mutual TLS of {@code bartizan.mtls} by its name, watching its files until closed. */
final class MtlsBundles implements AutoCloseable, AopInfrastructureBean {

  private static final String MATERIAL =
      "a folder with tls.crt, tls.key and ca.crt is needed, or certificate, key and anchors";
  private static final String POLICY =
      "who may connect is needed: policy, such as \"trustDomain(prod.example)\" or"
          + " \"anyOf(dns(a.internal), dns(b.internal))\", or policy-file";

  private final Map<String, MutualTls> all = new LinkedHashMap<>();

  /** The names of those that a server or client was given. */
  private final Set<String> taken = ConcurrentHashMap.newKeySet();

  private final Meters meters;

  private MtlsBundles(Meters meters) {
    this.meters = meters;
  }

  /** Loads all material, or closes what was loaded and throws. */
  static MtlsBundles of(BartizanProperties settings, Meters meters) {
    MtlsBundles bundles = new MtlsBundles(meters);
    try {
      settings
          .mtls()
          .servers()
          .forEach(
              (name, each) ->
                  bundles.add("bartizan.mtls.servers.", name, each, ServerTls::builder));
      settings
          .mtls()
          .clients()
          .forEach(
              (name, each) ->
                  bundles.add("bartizan.mtls.clients.", name, each, ClientTls::builder));
      return bundles;
    } catch (RuntimeException e) {
      bundles.close();
      throw e;
    }
  }

  private interface Maker<T extends MutualTls> {
    MutualTls.Builder<T> builder(Identity identity, TrustAnchors anchors, PeerPolicy policy);
  }

  private <T extends MutualTls> void add(
      String prefix, String name, TlsSettings settings, Maker<T> maker) {
    String at = prefix + name + ".";
    if (all.containsKey(name)) {
      throw SettingException.of(
          prefix + name,
          null,
          "a server and a client have the same name; bundles need different ones");
    }
    TlsLayout folder =
        settings.folder() == null ? null : TlsLayout.kubernetesSecret(Path.of(settings.folder()));
    Identity identity = folder == null ? identity(at, settings) : folder.identity();
    TrustAnchors anchors =
        settings.anchors() != null || folder == null
            ? TrustAnchors.pem(file(at + "anchors", settings.anchors()))
            : folder.anchors();
    PeerPolicy policy = policy(at, settings);
    Meters.Pair<TlsListener, MutualTls> counted = meters.tls(name);
    MutualTls made =
        SettingException.read(
            prefix + name,
            null,
            () ->
                maker
                    .builder(identity, anchors, policy)
                    .withRevocation(revocation(settings))
                    .withReload(settings.reload())
                    .withListener(counted.listener())
                    .build());
    all.put(name, made);
    counted.watch().accept(made);
  }

  private static Identity identity(String at, TlsSettings settings) {
    return Identity.pem(
        file(at + "certificate", settings.certificate()), file(at + "key", settings.key()));
  }

  private static Path file(String property, @Nullable String value) {
    return Path.of(SettingException.required(property, value, MATERIAL));
  }

  private static PeerPolicy policy(String at, TlsSettings settings) {
    String text = settings.policy();
    String file = settings.policyFile();
    if ((text == null) == (file == null)) {
      throw SettingException.of(
          at + "policy",
          text,
          text == null ? POLICY : "policy and policy-file are both set; " + POLICY);
    }
    return text == null
        ? PeerPolicy.file(Path.of(String.valueOf(file)))
        : SettingException.read(at + "policy", text, () -> PeerPolicy.parse(text));
  }

  private static Revocation revocation(TlsSettings settings) {
    Revocation revocation =
        settings.crls().isEmpty()
            ? Revocation.none()
            : Revocation.crls(settings.crls().stream().map(Path::of).toArray(Path[]::new));
    String denied = settings.denyList();
    return denied == null ? revocation : revocation.withDenyList(Path.of(denied));
  }

  @Nullable MutualTls get(String name) {
    return all.get(name);
  }

  /** A server or client has got it. */
  void take(String name) {
    taken.add(name);
  }

  /** The names of servers' bundles by which no connection is decided so far. */
  List<String> idleServers() {
    return all.keySet().stream()
        .filter(name -> all.get(name) instanceof ServerTls && !taken.contains(name))
        .toList();
  }

  void forEach(BiConsumer<String, MutualTls> consumer) {
    all.forEach(consumer);
  }

  @Override
  public void close() {
    all.values().forEach(MutualTls::close);
  }

  /**
   * The server of {@code management.server.port}, which none of the application's customizers
   * reaches: Spring Boot alone would serve a bundle there and, on Reactor Netty, ask no client for
   * a certificate.
   */
  @ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
  @Conditional(OnSettings.Mtls.class)
  static final class ManagementPort {

    private static final String BUNDLE = "management.server.ssl.bundle";

    @Bean
    WebServerFactoryCustomizer<ConfigurableWebServerFactory> bartizanManagementTls(
        MtlsBundles bundles, Environment environment) {
      return BartizanMtlsAutoConfiguration.Server.of(bundles, environment, BUNDLE);
    }
  }

  /** Warns of a server's bundle that no server has, once the application is ready. */
  static final class Idle
      implements ApplicationListener<ApplicationReadyEvent>, AopInfrastructureBean {

    private static final Logger LOG = LoggerFactory.getLogger(MtlsBundles.class);

    private final MtlsBundles bundles;

    Idle(MtlsBundles bundles) {
      this.bundles = bundles;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
      for (String name : bundles.idleServers()) {
        LOG.warn(
            "SSL bundle {} of bartizan.mtls.servers: no server has it, so no client is verified by"
                + " its policy. Set server.ssl.bundle (or management.server.ssl.bundle,"
                + " spring.grpc.server.ssl.bundle) to {}, or remove it",
            name,
            name);
      }
    }
  }
}
