package io.bartizan.spring;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of an application that has made something of the library itself. */
public final class Watched {

  static final String SECRET = "hunter2";

  private Watched() {}

  /** One with a name that is none, and one that throws. */
  @Configuration(proxyBeanMethods = false)
  public static class Hostile {

    @Bean("../a/b\r\nSet-Cookie: x=\u202e1")
    HealthSource hostile() {
      return () -> Health.up("line\r\nfeed \u001b[31m");
    }

    @Bean
    HealthSource broken() {
      return () -> {
        throw new IllegalStateException("password " + SECRET);
      };
    }
  }

  /** A source whose state a test sets. */
  static final class SetHealth implements HealthSource {

    private volatile Health health = Health.up("fine");

    void set(Health next) {
      health = next;
    }

    @Override
    public Health health() {
      return health;
    }
  }

  /** A Lettuce client, and nothing of Spring Data. */
  @Configuration(proxyBeanMethods = false)
  public static class Redis {

    @Bean(destroyMethod = "shutdown")
    RedisClient redis(@Value("${redis.uri}") String uri) {
      return RedisClient.create(uri);
    }
  }

  /** A registry, as Spring Boot's would be. */
  @Configuration(proxyBeanMethods = false)
  public static class Registry {

    @Bean
    MeterRegistry meterRegistry() {
      return new SimpleMeterRegistry();
    }
  }

  /** One source whose state a test sets. */
  @Configuration(proxyBeanMethods = false)
  public static class One {

    @Bean
    SetHealth own() {
      return new SetHealth();
    }
  }
}
