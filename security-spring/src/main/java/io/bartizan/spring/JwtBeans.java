package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.spring.BartizanProperties.JwtSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verifier that {@code bartizan.jwt} describes. */
final class JwtBeans {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final String AT = "bartizan.jwt.";

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
              RemoteJwks.Builder builder = RemoteJwks.builder(client, URI.create(text));
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
}
