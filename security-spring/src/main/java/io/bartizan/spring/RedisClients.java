package io.bartizan.spring;

import io.lettuce.core.AbstractRedisClient;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Where the application's Redis is found. */
final class RedisClients {

  private RedisClients() {}

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(LettuceConnectionFactory.class)
  static class OfSpringData implements AopInfrastructureBean {

    @Bean
    SharedStore bartizanRedis(
        ObjectProvider<AbstractRedisClient> clients,
        ObjectProvider<LettuceConnectionFactory> factories) {
      return new LettuceStore(
          () -> {
            @Nullable AbstractRedisClient own = clients.getIfUnique();
            LettuceConnectionFactory factory = own == null ? factories.getIfUnique() : null;
            return factory == null ? own : factory.getRequiredNativeClient();
          });
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(AbstractRedisClient.class)
  @ConditionalOnMissingClass(
      "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory")
  static class OfLettuce implements AopInfrastructureBean {

    @Bean
    SharedStore bartizanRedis(ObjectProvider<AbstractRedisClient> clients) {
      return new LettuceStore(clients::getIfUnique);
    }
  }
}
