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

/** Where the application's Redis is found; Spring Data Redis may stand on Jedis alone. */
final class RedisClients {

  private RedisClients() {}

  /** Each process would count alone if one of several were not to be told from none. */
  private static void refuseSeveral(ObjectProvider<?> candidates) {
    long several = candidates.stream().count();
    if (several > 0) {
      throw SettingException.of(
          "bartizan",
          null,
          several
              + " beans are a Redis of Lettuce and none of them is primary, so what limits and"
              + " webhooks share has no place: mark one as @Primary, or set \"store: memory\" for"
              + " each");
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({AbstractRedisClient.class, LettuceConnectionFactory.class})
  static class OfSpringData implements AopInfrastructureBean {

    @Bean
    SharedStore bartizanRedis(
        ObjectProvider<AbstractRedisClient> clients,
        ObjectProvider<LettuceConnectionFactory> factories) {
      return new LettuceStore(
          () -> {
            @Nullable AbstractRedisClient own = clients.getIfUnique();
            LettuceConnectionFactory factory = own == null ? factories.getIfUnique() : null;
            if (own == null && factory == null) {
              refuseSeveral(clients);
              refuseSeveral(factories);
            }
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
      return new LettuceStore(
          () -> {
            @Nullable AbstractRedisClient own = clients.getIfUnique();
            if (own == null) {
              refuseSeveral(clients);
            }
            return own;
          });
    }
  }
}
