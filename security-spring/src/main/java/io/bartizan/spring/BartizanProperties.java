package io.bartizan.spring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Everything below {@code bartizan} in an application's settings; a name that is not here fails at
 * start, since a misspelt limit would be none.
 */
@ConfigurationProperties(prefix = "bartizan", ignoreUnknownFields = false)
record BartizanProperties(
    @DefaultValue Map<String, LimitSettings> limits,
    @DefaultValue List<String> trustedProxies,
    @DefaultValue Map<String, WebhookSettings> webhooks,
    @Nullable JwtSettings jwt,
    @DefaultValue MtlsSettings mtls)
    implements AopInfrastructureBean {

  /** The bean's name, by which Spring finds it without a look at the type of each bean. */
  static final String BEAN = "bartizan-io.bartizan.spring.BartizanProperties";

  /**
   * One limit; {@code whenRedisFails} is a failure policy in words, {@code plan} says where a
   * caller's plan stands, and {@code plans} has the limits of each.
   */
  record LimitSettings(
      @Nullable String limit,
      @DefaultValue("/**") List<String> routes,
      @DefaultValue("address") String key,
      @Nullable String plan,
      @DefaultValue Map<String, String> plans,
      @Nullable String store,
      @DefaultValue("fail closed") String whenRedisFails,
      @DefaultValue("100ms") Duration redisTimeout,
      @DefaultValue("100000") int maxKeys,
      boolean includeProbes) {}

  /** One sender of webhooks; what it sends is remembered so that each event is handled once. */
  record WebhookSettings(
      @Nullable String path,
      @Nullable String scheme,
      @Nullable String secret,
      @Nullable String formerSecret,
      @Nullable String publicAddress,
      @DefaultValue("1MB") DataSize maxBody,
      @Nullable String store,
      @DefaultValue("100000") int maxEvents,
      @DefaultValue("1m") Duration lease,
      @DefaultValue("4d") Duration remember) {

    @Override
    public String toString() {
      return "WebhookSettings[" + scheme + " on " + path + "]"; // no secret in a log
    }
  }

  /** Whose tokens are accepted. */
  record JwtSettings(
      @Nullable String issuer,
      @DefaultValue List<String> audience,
      @DefaultValue List<String> algorithms,
      @Nullable String jwkSetUri,
      @Nullable String type,
      @Nullable Duration clockSkew,
      boolean plainHttpOnLoopback) {}

  /** SSL bundles by name. */
  record MtlsSettings(
      @DefaultValue Map<String, TlsSettings> servers,
      @DefaultValue Map<String, TlsSettings> clients) {}

  /** One SSL bundle: a folder as Kubernetes mounts it, or three files. */
  record TlsSettings(
      @Nullable String folder,
      @Nullable String certificate,
      @Nullable String key,
      @Nullable String anchors,
      @Nullable String policy,
      @Nullable String policyFile,
      @Nullable String denyList,
      @DefaultValue List<String> crls,
      @DefaultValue("30s") Duration reload) {}
}
