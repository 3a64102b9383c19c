package io.bartizan.spring;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration of metrics: decisions of limits, TLS handshakes and token verifications in the
 * application's Micrometer registry, if it has one.
 */
@AutoConfiguration
@ConditionalOnClass(MeterRegistry.class)
@Conditional(OnSettings.Any.class)
public final class BartizanMetersAutoConfiguration implements AopInfrastructureBean {

  BartizanMetersAutoConfiguration() {}

  @Bean
  Meters bartizanMeters(ObjectProvider<MeterRegistry> registries) {
    return new MicrometerMeters(registries::getIfUnique);
  }
}
