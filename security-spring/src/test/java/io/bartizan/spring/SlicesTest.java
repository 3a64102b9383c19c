package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Test slices have the decoder that an application's own {@code SecurityFilterChain} asks for,
 * wherever they have Spring Boot's.
 */
class SlicesTest {

  private static final String RESOURCE_SERVER = "OAuth2ResourceServerAutoConfiguration";

  /** Of Spring Boot 3.5 and 4.1: the tests' class path has the resource server's own alone. */
  private static final Set<String> SLICES =
      Set.of(
          "org.springframework.boot.test.autoconfigure.web.reactive.AutoConfigureWebTestClient",
          "org.springframework.boot.test.autoconfigure.web.servlet.AutoConfigureMockMvc",
          "org.springframework.boot.webflux.test.autoconfigure.WebFluxTest",
          "org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest",
          "org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient");

  @Test
  void slices_withSpringBootsDecoder_haveOursToo() throws Exception {
    Set<String> ours = new TreeSet<>();
    Set<String> springBoots = new TreeSet<>();
    for (Resource file :
        new PathMatchingResourcePatternResolver()
            .getResources("classpath*:META-INF/spring/*test*.imports")) {
      String text = file.getContentAsString(java.nio.charset.StandardCharsets.UTF_8);
      String name = String.valueOf(file.getFilename()).replace(".imports", "");
      if (text.contains(BartizanJwtAutoConfiguration.class.getName())) {
        ours.add(name);
      }
      if (text.contains(RESOURCE_SERVER)) {
        springBoots.add(name);
      }
    }
    assertThat(ours).containsExactlyInAnyOrderElementsOf(SLICES);
    assertThat(springBoots).isNotEmpty();
    assertThat(ours).containsAll(springBoots);
  }
}
