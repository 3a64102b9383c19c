package io.bartizan.spring;

import com.nimbusds.jose.proc.SecurityContext;
import io.bartizan.core.HealthSource;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.jwt.nimbus.NimbusJwtProcessor;
import io.bartizan.spring.BartizanProperties.JwtSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** The verifier that {@code bartizan.jwt} describes. */
final class JwtBeans {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final String AT = "bartizan.jwt.";
  private static final Logger LOG = LoggerFactory.getLogger(JwtBeans.class);

  /** Spring Boot's own settings of a decoder; those of authorities and names are still read. */
  private static final List<String> OF_SPRING_BOOT =
      Stream.of("issuer-uri", "jwk-set-uri", "public-key-location", "jws-algorithms", "audiences")
          .map("spring.security.oauth2.resourceserver.jwt."::concat)
          .toList();

  private JwtBeans() {}

  /** The issuer's keys: those of a URI, or those that its discovery document names. */
  static RemoteJwks keys(JwtSettings settings, Meters meters) {
    Meters.Pair<IntegrityListener, HealthSource> counted = meters.jwt();
    String issuer = issuer(settings);
    @Nullable String given = settings.jwkSetUri();
    String property = AT + (given == null ? "issuer" : "jwk-set-uri");
    String text = given == null ? issuer : given;
    RemoteJwks keys =
        SettingException.read(
            property,
            text,
            () -> {
              LazyHttpClient client = new LazyHttpClient(CONNECT_TIMEOUT);
              URI uri = URI.create(text);
              requireHttps(property, uri, settings.plainHttpOnLoopback());
              RemoteJwks.Builder builder = RemoteJwks.builder(client, uri);
              if (given == null) {
                builder = builder.withDiscovery();
              }
              if (settings.plainHttpOnLoopback()) {
                builder = builder.plainHttpOnLoopback();
              }
              return builder.withListener(counted.listener()).build();
            });
    counted.watch().accept(keys);
    return keys;
  }

  /** The key set would be refused with the name of a method, and here it is a setting. */
  private static void requireHttps(String property, URI uri, boolean plainHttpOnLoopback) {
    boolean plain = "http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null;
    if (plain && !plainHttpOnLoopback && uri.getRawUserInfo() == null) {
      throw SettingException.of(
          property,
          uri,
          "an absolute https URI is accepted; http of this machine takes "
              + AT
              + "plain-http-on-loopback: true");
    }
  }

  /** Whoever sets both would take the one that does nothing for a second check. */
  static void warnOfUnread(Environment environment) {
    Binder binder = Binder.get(environment);
    List<String> unread =
        OF_SPRING_BOOT.stream()
            .filter(name -> binder.bind(name, Bindable.listOf(String.class)).isBound())
            .toList();
    if (!unread.isEmpty()) {
      LOG.warn(
          "{} are not read and check nothing, since bartizan.jwt makes the decoder: remove them, or"
              + " bartizan.jwt",
          unread);
    }
  }

  static JwtVerifier verifier(JwtSettings settings, RemoteJwks keys, Meters meters) {
    IntegrityListener listener = meters.jwt().listener();
    String issuer = issuer(settings);
    Set<JwsAlgorithm> algorithms = algorithms(settings.algorithms());
    List<String> audience = settings.audience();
    if (audience.isEmpty()) {
      throw SettingException.of(
          AT + "audience", null, "is needed: the name of this service in the claim aud");
    }
    TrustedIssuer trusted =
        SettingException.read(
            AT + "issuer", issuer, () -> TrustedIssuer.of(issuer, keys, algorithms));
    JwtVerifier.Builder builder =
        SettingException.read(
            AT + "audience",
            audience,
            () -> {
              JwtVerifier.Builder first =
                  JwtVerifier.builder(trusted, audience.get(0)).withListener(listener);
              for (String other : audience.subList(1, audience.size())) {
                first = first.withAudience(other);
              }
              return first;
            });
    String type = settings.type();
    JwtVerifier.Builder last =
        type == null
            ? builder
            : SettingException.read(AT + "type", type, () -> builder.withType(type));
    Duration skew = settings.clockSkew();
    JwtVerifier.Builder timed =
        skew == null
            ? last
            : SettingException.read(AT + "clock-skew", skew, () -> last.withClockSkew(skew));
    return SettingException.read(AT + "algorithms", settings.algorithms(), timed::build);
  }

  private static String issuer(JwtSettings settings) {
    return SettingException.required(
        AT + "issuer",
        settings.issuer(),
        "is needed: the claim iss of the tokens, letter by letter");
  }

  private static Set<JwsAlgorithm> algorithms(List<String> names) {
    String accepted =
        "one or more of "
            + Arrays.stream(JwsAlgorithm.values())
                .map(JwsAlgorithm::headerName)
                .filter(name -> !name.startsWith("HS"))
                .toList()
            + " are accepted; name only those that the issuer signs with";
    if (names.isEmpty()) {
      throw SettingException.of(AT + "algorithms", null, accepted);
    }
    Set<JwsAlgorithm> algorithms = EnumSet.noneOf(JwsAlgorithm.class);
    for (String name : names) {
      algorithms.add(
          Arrays.stream(JwsAlgorithm.values())
              .filter(each -> each.headerName().equals(name) && !name.startsWith("HS"))
              .findFirst()
              .orElseThrow(() -> SettingException.of(AT + "algorithms", name, accepted)));
    }
    return algorithms;
  }

  /**
   * Loads what the first token on an elliptic curve needs, on a thread of its own once the
   * application has started: the first class of Bouncy Castle takes longest, since its jar is
   * signed.
   *
   * <p>It decides nothing: whoever needs a class that is being loaded waits for it as ever.
   */
  static final class LoadingAfterStart
      implements ApplicationListener<ApplicationReadyEvent>, AopInfrastructureBean {

    static final String THREAD = "bartizan-loading";

    private static final Logger LOG = LoggerFactory.getLogger(LoadingAfterStart.class);

    /** The public key of the example of RFC 7515, appendix A.3. */
    private static final String ANY_KEY =
        "{\"kty\":\"EC\",\"crv\":\"P-256\","
            + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
            + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";

    private final List<String> algorithms;
    private final Runnable load;

    LoadingAfterStart(List<String> algorithms, Runnable load) {
      this.algorithms = algorithms;
      this.load = load;
    }

    static LoadingAfterStart of(JwtSettings settings) {
      List<String> algorithms = settings.algorithms();
      return new LoadingAfterStart(algorithms, () -> load(algorithms));
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
      if (algorithms.stream().anyMatch(name -> name.startsWith("E"))) {
        Thread thread = new Thread(load, THREAD);
        thread.setDaemon(true);
        thread.start();
      }
    }

    @SuppressWarnings("CatchThrowable") // half a jar fails in many ways
    static void load(List<String> algorithms) {
      try {
        JwtVerifier unused =
            JwtVerifier.of(
                TrustedIssuer.of(
                    "https://issuer.invalid", JwtKeys.jwk(ANY_KEY), JwsAlgorithm.ES256),
                "any");
      } catch (Throwable e) {
        LOG.error(
            "Bouncy Castle is there and does not work; tokens of {} are refused until it does",
            algorithms,
            e);
      }
    }
  }

  /** Apart, since the rest has to be there where Spring Security's resource server is not. */
  static final class Decoders {

    private Decoders() {}

    /** The verifier has checked everything by then. */
    static JwtDecoder of(JwtVerifier verifier, Supplier<JwtRequest> request) {
      NimbusJwtDecoder decoder =
          new NimbusJwtDecoder(
              NimbusJwtProcessor.<SecurityContext>of(verifier, context -> request.get()));
      decoder.setJwtValidator(jwt -> OAuth2TokenValidatorResult.success());
      return decoder;
    }
  }

  /** Gives the request that is being decided, for bound tokens. */
  interface Shown extends Supplier<JwtRequest> {}
}
