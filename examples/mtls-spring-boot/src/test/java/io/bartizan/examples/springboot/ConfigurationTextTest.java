package io.bartizan.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.PeerPolicy;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.convert.support.DefaultConversionService;

/** Properties of the library's types need no converter in Spring. */
class ConfigurationTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "anyOf(dns(billing.internal), trustDomain(prod.example)) | POLICY",
        "100 burst, 50/s | LIMIT",
        "burst: 100 burst, 50/s; daily: 1000/day in UTC | LIMITS"
      })
  void text_isConvertedBySpringItself(String text, Kind kind) {
    assertThat(DefaultConversionService.getSharedInstance().convert(text, kind.type))
        .hasToString(text);
  }

  enum Kind {
    POLICY(PeerPolicy.class),
    LIMIT(Limit.class),
    LIMITS(Limits.class);

    private final Class<?> type;

    Kind(Class<?> type) {
      this.type = type;
    }
  }
}
