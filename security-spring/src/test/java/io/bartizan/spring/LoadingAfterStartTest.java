package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.spring.JwtBeans.LoadingAfterStart;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** What the first token needs is loaded beside the application, and only where it is needed. */
class LoadingAfterStartTest {

  private static List<String> run(String algorithm) throws Exception {
    List<String> events = new ArrayList<>();
    CompletableFuture<String> loading = new CompletableFuture<>();
    LoadingAfterStart bean =
        new LoadingAfterStart(
            List.of("RS256", algorithm),
            () -> loading.complete("loading in " + Thread.currentThread().getName()));
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(LoadingAfterStartTest.class)
            .web(WebApplicationType.NONE)
            .listeners(
                (ApplicationListener<ApplicationStartedEvent>)
                    event -> events.add(loading.isDone() ? "too early" : "started"))
            .initializers(
                (GenericApplicationContext each) ->
                    each.registerBean(LoadingAfterStart.class, () -> bean))
            .run()) {
      assertThat(context.isActive()).isTrue();
      if (algorithm.startsWith("E")) {
        events.add(loading.get(60, TimeUnit.SECONDS));
      }
    }
    assertThat(loading.isDone()).isEqualTo(algorithm.startsWith("E"));
    return events;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ES256", "Ed25519"})
  void ellipticCurves_areLoadedOnceTheApplicationHasStarted(String algorithm) throws Exception {
    assertThat(run(algorithm)).containsExactly("started", "loading in bartizan-loading");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS512"})
  void otherAlgorithms_loadNothing(String algorithm) throws Exception {
    assertThat(run(algorithm)).containsExactly("started");
  }

  @Test
  void settings_ofJwt_bringIt() {
    ApplicationContextRunner runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(BartizanJwtAutoConfiguration.class));
    runner
        .withPropertyValues(
            "bartizan.jwt.issuer=https://login.example",
            "bartizan.jwt.audience=orders",
            "bartizan.jwt.algorithms=ES256")
        .run(context -> assertThat(context).hasSingleBean(LoadingAfterStart.class));
    runner.run(context -> assertThat(context).doesNotHaveBean(LoadingAfterStart.class));
  }
}
