package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a method's limit answers, whatever Spring's web framework. */
final class MethodRefusals {

  private MethodRefusals() {}

  /**
   * Of the limits {@code reports} of 5 permits, of which a call costs 2, and {@code login} of 1
   * permit on a route.
   *
   * @return the bodies of the calls that were served
   */
  static List<String> areThoseOfARoute(Booted shop) throws Exception {
    HttpResponse<String> first = shop.get("/reports");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("RateLimit").orElseThrow()).contains("\"reports\";r=3");
    HttpResponse<String> second = shop.get("/reports");
    assertThat(second.statusCode()).isEqualTo(200);
    HttpResponse<String> refused = shop.get("/reports"); // 1 permit is left of 5, and it costs 2
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(shop.get("/open").headers().firstValue("RateLimit")).isEmpty();

    assertThat(shop.post("/login").statusCode()).isEqualTo(200);
    HttpResponse<String> onRoute = shop.post("/login");
    assertThat(onRoute.statusCode()).isEqualTo(429);
    assertThat(names(refused)).isEqualTo(names(onRoute)).contains("retry-after", "ratelimit");
    assertThat(refused.headers().firstValue("Content-Type"))
        .isEqualTo(onRoute.headers().firstValue("Content-Type"));
    assertThat(refused.body().replaceAll("reports|[0-9]+", ""))
        .isEqualTo(onRoute.body().replaceAll("login|[0-9]+", ""));
    return List.of(first.body(), second.body());
  }

  private static Set<String> names(HttpResponse<?> response) {
    return new TreeSet<>(response.headers().map().keySet());
  }
}
