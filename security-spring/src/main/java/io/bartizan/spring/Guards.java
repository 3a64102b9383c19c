package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.core.SafeText;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.mtls.MutualTls;
import io.bartizan.spring.BartizanProperties.JwtSettings;
import io.bartizan.spring.ConfiguredWebhooks.Webhook;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * What operators are shown: everything that the settings made, and what the application made of the
 * library itself, by the names of the settings and of the beans.
 */
record Guards(
    Map<String, ConfiguredLimit> limits,
    @Nullable JwtSettings jwt,
    @Nullable HealthSource keys,
    Map<String, MutualTls> mtls,
    Map<String, Webhook> webhooks,
    Map<String, HealthSource> beans) {

  private static final int MOST_LETTERS = 100;

  static Guards of(ListableBeanFactory factory) {
    Map<String, ConfiguredLimit> limits = new LinkedHashMap<>();
    factory
        .getBeanProvider(ConfiguredLimits.class)
        .ifAvailable(all -> all.list().forEach(each -> put(limits, each.name(), each)));
    Map<String, MutualTls> mtls = new LinkedHashMap<>();
    factory
        .getBeanProvider(MtlsBundles.class)
        .ifAvailable(all -> all.forEach((name, tls) -> put(mtls, name, tls)));
    Map<String, Webhook> webhooks = new LinkedHashMap<>();
    factory
        .getBeanProvider(ConfiguredWebhooks.class)
        .ifAvailable(all -> all.list().forEach(each -> put(webhooks, each.name(), each)));
    BartizanProperties settings =
        factory.getBeanProvider(BartizanProperties.class).getIfAvailable();
    JwtSettings jwt = settings == null ? null : settings.jwt();
    RemoteJwks keys = jwt == null ? null : factory.getBeanProvider(RemoteJwks.class).getIfUnique();
    Map<String, HealthSource> beans = new LinkedHashMap<>();
    factory
        .getBeansOfType(HealthSource.class, false, true)
        .forEach(
            (name, source) -> {
              if (source != keys) {
                put(beans, name, source instanceof RemoteJwks own ? new LoadedKeys(own) : source);
              }
            });
    return new Guards(
        limits, jwt, keys == null ? null : new LoadedKeys(keys), mtls, webhooks, beans);
  }

  /** Under a name that is one part of a path and can be printed; none replaces another. */
  private static <T> void put(Map<String, T> all, String name, T guard) {
    String plain = SafeText.of(name, MOST_LETTERS).replace('/', '-');
    String free = plain;
    for (int i = 2; all.containsKey(free); i++) {
      free = plain + "-" + i;
    }
    all.put(free, guard);
  }

  /**
   * The parts as a tree: limits, mtls, webhooks and beans are branches, and what is empty is not
   * there.
   */
  <T> T tree(Function<HealthSource, T> leaf, Function<Map<String, T>, T> branch) {
    Map<String, T> tree = new LinkedHashMap<>();
    Map<String, T> limiters = new LinkedHashMap<>();
    limits.forEach((name, limit) -> limiters.put(name, leaf.apply(limit.limiter())));
    Map<String, T> remembered = new LinkedHashMap<>();
    webhooks.forEach((name, webhook) -> remembered.put(name, leaf.apply(webhook.events())));
    putBranch(tree, "limits", limiters, branch);
    if (keys != null) {
      tree.put("jwt", leaf.apply(keys));
    }
    putBranch(tree, "mtls", leaves(mtls, leaf), branch);
    putBranch(tree, "webhooks", remembered, branch);
    putBranch(tree, "beans", leaves(beans, leaf), branch);
    return branch.apply(tree);
  }

  private static <T> Map<String, T> leaves(
      Map<String, ? extends HealthSource> sources, Function<HealthSource, T> leaf) {
    Map<String, T> leaves = new LinkedHashMap<>();
    sources.forEach((name, source) -> leaves.put(name, leaf.apply(source)));
    return leaves;
  }

  private static <T> void putBranch(
      Map<String, T> tree, String name, Map<String, T> leaves, Function<Map<String, T>, T> branch) {
    if (!leaves.isEmpty()) {
      tree.put(name, branch.apply(leaves));
    }
  }
}
