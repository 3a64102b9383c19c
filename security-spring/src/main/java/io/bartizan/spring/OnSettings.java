package io.bartizan.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether anything below a prefix is set: one misspelt name must fail and not switch off all. */
abstract class OnSettings extends SpringBootCondition {

  private final String prefix;

  OnSettings(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    boolean set = isSet(context.getEnvironment(), prefix);
    return new ConditionOutcome(
        set, ConditionMessage.forCondition(prefix).because(set ? "set" : "nothing set"));
  }

  /** Looks for a name and binds nothing. */
  static boolean isSet(Environment environment, String prefix) {
    ConfigurationPropertyName name = ConfigurationPropertyName.of(prefix);
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT
          || source.getConfigurationProperty(name) != null) {
        return true;
      }
    }
    return false;
  }

  /** {@code bartizan}. */
  static final class Any extends OnSettings {
    Any() {
      super("bartizan");
    }
  }

  /** {@code bartizan.limits}. */
  static final class Limits extends OnSettings {
    Limits() {
      super("bartizan.limits");
    }
  }

  /** {@code bartizan.jwt}. */
  static final class Jwt extends OnSettings {
    Jwt() {
      super("bartizan.jwt");
    }
  }

  /** {@code bartizan.webhooks}. */
  static final class Webhooks extends OnSettings {
    Webhooks() {
      super("bartizan.webhooks");
    }
  }

  /** {@code bartizan.mtls}. */
  static final class Mtls extends OnSettings {
    Mtls() {
      super("bartizan.mtls");
    }
  }
}
