package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.bartizan.spring.JwtBeans.EarlyLoading;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;

/**
 * What is loaded early is loaded beside the start, only where it is needed, and decides nothing.
 */
class EarlyLoadingTest {

  private static final String ALGORITHMS = "bartizan.jwt.algorithms";

  private static StandardEnvironment with(Map<String, Object> settings) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
    ConfigurationPropertySources.attach(environment);
    return environment;
  }

  @Test
  void ellipticCurves_areLoadedOnAThreadThatEnds() throws Exception {
    Thread thread = EarlyLoading.started(with(Map.of(ALGORITHMS, "RS256,ES256")), 2);
    assertThat(thread).isNotNull();
    assertThat(thread.isDaemon()).isTrue();
    thread.join(60_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS512", "", "nonsense", "${no.such.setting}"})
  void otherAlgorithms_startNoThread(String algorithms) {
    assertThat(EarlyLoading.started(with(Map.of(ALGORITHMS, algorithms)), 2)).isNull();
  }

  @Test
  void nothingSet_orOneProcessor_startsNoThread() {
    assertThat(EarlyLoading.started(with(Map.of()), 2)).isNull();
    assertThat(EarlyLoading.started(with(Map.of(ALGORITHMS, "ES256")), 1)).isNull();
  }

  @Test
  void event_withSettingsThatCantBeRead_doesNotFailHere() {
    ApplicationEnvironmentPreparedEvent event =
        new ApplicationEnvironmentPreparedEvent(
            null,
            new SpringApplication(),
            new String[0],
            with(Map.of(ALGORITHMS + ".x.y", "ES256")));
    assertThatCode(() -> new EarlyLoading().onApplicationEvent(event)).doesNotThrowAnyException();
  }

  @Test
  void springBoot_findsIt() {
    assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ApplicationListener.class))
        .hasAtLeastOneElementOfType(EarlyLoading.class);
  }
}
