package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootVersion;

/** Applications of one web framework, on a class path without the jars of the other. */
@Tag("deep")
class OneFrameworkIT {

  @ParameterizedTest
  @CsvSource({
    "'(spring|spring-boot)-(webmvc|servlet|tomcat)|tomcat-embed',"
        + " WebFluxJwtIT#limitByPrincipal_countsWhomTheTokenNames_andNoStranger",
    "'(spring|spring-boot)-(webmvc|servlet|tomcat|jetty)|tomcat-embed|jetty-|jakarta.servlet',"
        + " MtlsNettyIT#server_ofABundle_servesTheGoodClientAlone",
    "'.*(webflux|reactor|reactive-streams|lettuce|data-redis|netty|tomcat)',"
        + " MtlsJettyIT#server_ofABundle_servesTheGoodClientAlone",
    "'.*(webflux|reactor|reactive-streams|lettuce|data-redis|netty|jetty)',"
        + " MtlsIT#server_ofABundle_servesTheGoodClientAlone",
    "'.*(webflux|reactor|reactive-streams|lettuce|data-redis)',"
        + " LimitsIT#address_withoutTrustedProxies_believesNoHeader"
  })
  void application_withoutTheOthersJars_isGuarded(String jars, String test) throws Exception {
    Pattern without = Pattern.compile("/(" + jars + ")[^/\\\\]*\\.jar$");
    assertThat(
            OtherClassPath.run(
                entry -> !without.matcher(entry.replace('\\', '/')).find(), List.of(), test))
        .endsWith(
            "Spring Boot " + SpringBootVersion.getVersion() + ": 1 passed, 0 failed, 0 skipped");
  }
}
