package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.core.SafeText;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.FailurePolicy;
import io.bartizan.spring.BartizanProperties.JwtSettings;
import io.bartizan.spring.ConfiguredWebhooks.Webhook;
import io.bartizan.spring.caller.CallerPlans;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * What guards this application and how it is: limits, whose tokens are accepted, certificates,
 * webhooks.
 *
 * <p>It shows what is set and what a peer of a handshake sees, and never who called, a key, a
 * secret or a file.
 */
@Endpoint(id = "bartizan")
final class BartizanEndpoint {

  private static final int MOST_LETTERS = 500;
  private static final String[] KEY_TYPES = {
    "EC", "RSA", "RSASSA-PSS", "EdDSA", "Ed25519", "Ed448"
  };

  private final Guards guards;

  BartizanEndpoint(Guards guards) {
    this.guards = guards;
  }

  @ReadOperation
  Map<String, Object> guards() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("limits", each(guards.limits(), BartizanEndpoint::limit));
    JwtSettings jwt = guards.jwt();
    if (jwt != null) {
      all.put("jwt", jwt(jwt));
    }
    all.put("mtls", each(guards.mtls(), BartizanEndpoint::tls));
    all.put("webhooks", each(guards.webhooks(), BartizanEndpoint::webhook));
    all.put("beans", each(guards.beans(), source -> ShownHealth.of(source).details()));
    return OperationResponseBody.of(all);
  }

  private static <T> Map<String, Object> each(
      Map<String, T> guards, Function<T, Map<String, Object>> shown) {
    Map<String, Object> all = new LinkedHashMap<>();
    guards.forEach((name, guard) -> all.put(name, shown.apply(guard)));
    return all;
  }

  private static Map<String, Object> limit(ConfiguredLimit limit) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("limits", words(limit.limits()));
    CallerPlans plans = limit.plans();
    if (plans != null) {
      Map<String, Object> each = new LinkedHashMap<>();
      plans.byName().forEach((name, limits) -> each.put(plain(name), words(limits)));
      shown.put("plan", plain(plans.toString()));
      shown.put("plans", each);
    }
    shown.put("key", plain(limit.key().text()));
    shown.put("routes", limit.routes().texts().stream().map(BartizanEndpoint::plain).toList());
    shown.put("store", limit.isShared() ? "redis" : "memory");
    FailurePolicy policy = limit.whenRedisFails();
    if (policy != null) {
      shown.put("whenRedisFails", policy.toString());
    }
    shown.putAll(ShownHealth.of(limit.limiter()).details());
    return shown;
  }

  private static List<Map<String, Object>> words(Limits limits) {
    return limits.list().stream().map(BartizanEndpoint::words).toList();
  }

  private static Map<String, Object> words(Limit limit) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", limit.name());
    shown.put("limit", limit.toString());
    shown.put("algorithm", algorithm(limit));
    return shown;
  }

  /** Such as {@code token bucket}, by the name of the class. */
  private static String algorithm(Limit limit) {
    return limit
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  private Map<String, Object> jwt(JwtSettings jwt) {
    Map<String, Object> shown = new LinkedHashMap<>();
    String issuer = jwt.issuer();
    if (issuer != null) {
      shown.put("issuer", plain(issuer));
    }
    shown.put("audience", jwt.audience().stream().map(BartizanEndpoint::plain).toList());
    shown.put("algorithms", jwt.algorithms().stream().map(BartizanEndpoint::plain).toList());
    HealthSource keys = guards.keys();
    if (keys != null) {
      shown.putAll(ShownHealth.of(keys).details());
    }
    return shown;
  }

  private static Map<String, Object> tls(MutualTls tls) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("side", tls instanceof ClientTls ? "client" : "server");
    shown.put("subjectAlternativeNames", names(tls.keyManager()));
    if (!tls.validUntil().equals(Instant.MAX)) {
      shown.put("validUntil", tls.validUntil().toString());
    }
    shown.put("generation", tls.generation());
    shown.put("loadedAt", tls.loadedAt().toString());
    shown.put("failedReloads", tls.failedReloads());
    shown.putAll(ShownHealth.of(tls).details());
    return shown;
  }

  private static Map<String, Object> webhook(Webhook webhook) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("path", plain(webhook.path().getPatternString()));
    shown.put("scheme", webhook.scheme());
    shown.put("maxBody", webhook.maxBytes());
    shown.put("store", webhook.isShared() ? "redis" : "memory");
    shown.putAll(ShownHealth.of(webhook.events()).details());
    return shown;
  }

  /** The names of the certificate that peers are shown now. */
  private static List<String> names(X509ExtendedKeyManager keys) {
    String alias = keys.chooseClientAlias(KEY_TYPES, null, null);
    X509Certificate @Nullable [] chain = alias == null ? null : keys.getCertificateChain(alias);
    List<String> names = new ArrayList<>();
    if (chain != null && chain.length > 0) {
      try {
        PeerIdentity own = PeerIdentity.withoutVerification(chain[0]);
        own.dnsNames().forEach(name -> names.add("dns:" + plain(name)));
        own.uris().forEach(name -> names.add("uri:" + plain(name)));
        own.ipAddresses().forEach(name -> names.add("ip:" + plain(name)));
        own.emails().forEach(name -> names.add("email:" + plain(name)));
      } catch (SSLPeerUnverifiedException e) {
        names.add("unreadable: " + plain(String.valueOf(e.getMessage())));
      }
    }
    return names;
  }

  private static String plain(String text) {
    return SafeText.of(text, MOST_LETTERS);
  }
}
