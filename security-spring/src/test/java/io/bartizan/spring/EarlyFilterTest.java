package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanUtils;
import org.springframework.context.annotation.Conditional;
import org.springframework.mock.env.MockEnvironment;

/** Configurations of sections that are not set are left out before their classes are read. */
class EarlyFilterTest {

  private static final String IMPORTS =
      "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports";

  @Test
  void configurations_areLeftOut_exactlyWhereTheirOwnConditionFails() throws Exception {
    List<String> names = names();
    List<String> prefixes = new ArrayList<>();
    for (String name : names) {
      prefixes.add(prefix(Class.forName(name)));
    }
    assertThat(prefixes).contains("bartizan.limits", "bartizan.jwt", "bartizan", null);

    for (String set :
        List.of(
            "other.key",
            "bartizan.limits.a.limit",
            "bartizan.jwt.issuer",
            "bartizan.mtls.servers.web.folder",
            "bartizan.webhooks.pay.path",
            "bartizan.typo")) {
      boolean[] kept = filter(set).match(names.toArray(String[]::new), null);
      for (int i = 0; i < kept.length; i++) {
        String prefix = prefixes.get(i);
        assertThat(kept[i])
            .as("%s where %s is set", names.get(i), set)
            .isEqualTo(prefix == null || set.startsWith(prefix + "."));
      }
    }
  }

  @Test
  void configurationsOfOthers_andThoseLeftOutAlready_areNotTouched() {
    assertThat(filter("other.key").match(new String[] {null, "com.acme.Other"}, null))
        .containsExactly(true, true);
  }

  @Test
  void filter_isTheOneThatSpringBootFinds() throws Exception {
    Properties factories = new Properties();
    try (InputStream in = EarlyFilterTest.class.getResourceAsStream("/META-INF/spring.factories")) {
      factories.load(in);
    }
    assertThat(factories)
        .containsEntry(
            "org.springframework.boot.autoconfigure.AutoConfigurationImportFilter",
            OnSettings.Early.class.getName());
  }

  private static List<String> names() throws Exception {
    try (InputStream in = EarlyFilterTest.class.getResourceAsStream(IMPORTS)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** What the class's own condition asks for, or null. */
  private static @Nullable String prefix(Class<?> configuration) {
    Conditional conditional = configuration.getAnnotation(Conditional.class);
    return conditional == null
        ? null
        : Arrays.stream(conditional.value())
            .filter(OnSettings.class::isAssignableFrom)
            .map(type -> ((OnSettings) BeanUtils.instantiateClass(type)).prefix)
            .findFirst()
            .orElse(null);
  }

  private static OnSettings.Early filter(String set) {
    MockEnvironment environment = new MockEnvironment().withProperty(set, "value");
    OnSettings.Early filter = new OnSettings.Early();
    filter.setEnvironment(environment);
    return filter;
  }
}
