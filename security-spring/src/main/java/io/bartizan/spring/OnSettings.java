package io.bartizan.spring;

import io.bartizan.core.SafeText;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.AotDetector;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
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

  /**
   * Refuses the start of an application that was processed ahead of time without settings that are
   * there now: conditions are not asked again, so that it would run unguarded.
   */
  static final class Processed implements ApplicationListener<ApplicationPreparedEvent> {

    private static final Map<String, Class<?>> ALWAYS =
        Map.of(
            "bartizan.jwt", BartizanJwtAutoConfiguration.class,
            "bartizan.limits", BartizanLimitsAutoConfiguration.class,
            "bartizan.mtls", BartizanMtlsAutoConfiguration.class);

    private static final Map<String, Class<?>> IN_WEB_APPLICATIONS =
        Map.of("bartizan.webhooks", BartizanWebhooksAutoConfiguration.class);

    @Override
    public void onApplicationEvent(ApplicationPreparedEvent event) {
      if (AotDetector.useGeneratedArtifacts()) {
        check(event.getApplicationContext(), ALWAYS);
        if (event.getSpringApplication().getWebApplicationType() != WebApplicationType.NONE) {
          check(event.getApplicationContext(), IN_WEB_APPLICATIONS);
        }
      }
    }

    private static void check(
        ConfigurableApplicationContext context, Map<String, Class<?>> configurations) {
      configurations.forEach(
          (prefix, type) -> {
            if (isSet(context.getEnvironment(), prefix)
                && !context.containsBeanDefinition(type.getName())) {
              throw SettingException.of(
                  prefix,
                  null,
                  "is set where the application runs and was not set where it was processed ahead"
                      + " of time, so that it would be ignored: set it in both places");
            }
          });
    }
  }

  /**
   * Reads all settings where one is set: a misspelt section ({@code bartizan.limit.…}) would be
   * read by no other configuration, and nobody would hear that nothing is guarded.
   */
  @AutoConfiguration
  @Conditional(OnSettings.Any.class)
  @EnableConfigurationProperties(BartizanProperties.class)
  @Lazy(false)
  static final class ReadAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(BartizanProperties.class);

    /** As names of environment variables have them too, which know no dash. */
    private static final Set<String> SECTIONS =
        Set.of("limits", "trusted", "trustedproxies", "webhooks", "jwt", "mtls");

    ReadAutoConfiguration(BartizanProperties read, Environment environment) {
      Set<String> ignored = ignored(environment);
      if (!ignored.isEmpty()) {
        LOG.warn(
            "{} are no settings of bartizan and guard nothing. They stand in environment variables"
                + " or system properties, of which Spring Boot refuses no name. Sections are limits,"
                + " trusted-proxies, webhooks, jwt and mtls",
            ignored);
      }
    }

    /** Names whose section is none; those of files fail the start. */
    private static Set<String> ignored(Environment environment) {
      ConfigurationPropertyName all = ConfigurationPropertyName.of("bartizan");
      Set<String> names = new TreeSet<>();
      for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
        if (source instanceof IterableConfigurationPropertySource known) {
          known.stream()
              .filter(all::isAncestorOf)
              .filter(name -> !SECTIONS.contains(name.getElement(1, Form.UNIFORM)))
              .forEach(name -> names.add(SafeText.of(name.toString(), 100)));
        }
      }
      return names;
    }
  }
}
