package io.bartizan.spring;

import io.bartizan.core.SafeText;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
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
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether anything below a prefix is set: one misspelt name must fail and not switch off all. */
abstract class OnSettings extends SpringBootCondition {

  final String prefix;

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
   * Leaves out the configurations of sections that are not set before Spring reads their classes,
   * which takes a good part of a start. Their own conditions ask the same once more, for those who
   * import them by name.
   */
  static final class Early implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String HERE = "io.bartizan.spring.";
    private static final Map<String, String> PREFIXES =
        Map.of(
            HERE + "BartizanJwtAutoConfiguration", "bartizan.jwt",
            HERE + "BartizanLimitsAutoConfiguration", "bartizan.limits",
            HERE + "BartizanMetersAutoConfiguration", "bartizan",
            HERE + "BartizanMtlsAutoConfiguration", "bartizan.mtls",
            HERE + "BartizanWebhooksAutoConfiguration", "bartizan.webhooks",
            HERE + "OnSettings$ReadAutoConfiguration", "bartizan");

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment given) {
      environment = given;
    }

    @Override
    public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata unused) {
      boolean[] matches = new boolean[classes.length];
      for (int i = 0; i < classes.length; i++) {
        String prefix = classes[i] == null ? null : PREFIXES.get(classes[i]);
        matches[i] = prefix == null || environment == null || isSet(environment, prefix);
      }
      return matches;
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
  static final class ReadAutoConfiguration implements AopInfrastructureBean {

    private static final Logger LOG = LoggerFactory.getLogger(BartizanProperties.class);

    /** Says where a value would be taken for another, before anything is made of it. */
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static SettingException.MeantValues bartizanMeantValues() {
      return new SettingException.MeantValues();
    }

    ReadAutoConfiguration(
        @Qualifier(BartizanProperties.BEAN) BartizanProperties read, Environment environment) {
      Set<String> ignored = ignored(environment);
      if (!ignored.isEmpty()) {
        LOG.warn(
            "{} are no settings of bartizan and guard nothing. They stand in environment variables"
                + " or system properties, of which Spring Boot refuses no name. Sections are"
                + " limits, trusted-proxies, webhooks, jwt and mtls; what these take is in"
                + " docs/frameworks/spring-boot.md",
            ignored);
      }
    }

    /** Names that are none; those of files fail the start. */
    private static Set<String> ignored(Environment environment) {
      ConfigurationPropertyName all = ConfigurationPropertyName.of("bartizan");
      Set<String> names = new TreeSet<>();
      for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
        if (source instanceof IterableConfigurationPropertySource known) {
          known.stream()
              .filter(all::isAncestorOf)
              .filter(name -> !Names.isKnown(name))
              .forEach(name -> names.add(SafeText.of(name.toString(), 100)));
        }
      }
      return names;
    }
  }

  /**
   * The names of {@link BartizanProperties} in lower case and without dashes, since names of
   * environment variables know none: {@code BARTIZAN_JWT_CLOCK_SKEW} is {@code
   * bartizan.jwt.clock.skew} or {@code bartizan.jwt.clockskew}.
   */
  static final class Names {

    static final Set<String> LIMIT =
        Set.of(
            "limit",
            "routes",
            "key",
            "plan",
            "plans",
            "store",
            "whenredisfails",
            "redistimeout",
            "maxkeys",
            "includeprobes");
    static final Set<String> WEBHOOK =
        Set.of(
            "path",
            "scheme",
            "secret",
            "formersecret",
            "publicaddress",
            "maxbody",
            "store",
            "maxevents",
            "lease",
            "remember");
    static final Set<String> JWT =
        Set.of(
            "issuer",
            "audience",
            "algorithms",
            "jwkseturi",
            "type",
            "clockskew",
            "plainhttponloopback");
    static final Set<String> TLS =
        Set.of(
            "folder",
            "certificate",
            "key",
            "anchors",
            "policy",
            "policyfile",
            "denylist",
            "crls",
            "reload");

    private Names() {}

    /**
     * Whether a name below {@code bartizan} is a setting's, or could be one with another spelling.
     */
    static boolean isKnown(ConfigurationPropertyName name) {
      return switch (name.getElement(1, Form.UNIFORM)) {
        case "limits" -> isSomeEnd(name, 3, LIMIT) || isOfAPlan(name);
        case "webhooks" -> isSomeEnd(name, 3, WEBHOOK);
        case "jwt" -> name.getNumberOfElements() == 2 || JWT.contains(joined(name, 2));
        case "mtls" ->
            name.getNumberOfElements() == 2
                || (Set.of("servers", "clients").contains(name.getElement(2, Form.UNIFORM))
                    && isSomeEnd(name, 4, TLS));
        case "trusted", "trustedproxies" -> joined(name, 1).equals("trustedproxies");
        default -> false;
      };
    }

    /** Behind the name of a limit and in front of that of a plan, which somebody chose both. */
    private static boolean isOfAPlan(ConfigurationPropertyName name) {
      for (int i = 3; i < name.getNumberOfElements() - 1; i++) {
        if (name.getElement(i, Form.UNIFORM).equals("plans")) {
          return true;
        }
      }
      return false;
    }

    /** Behind a name that somebody chose, which may have several elements. */
    private static boolean isSomeEnd(ConfigurationPropertyName name, int from, Set<String> known) {
      for (int i = from; i < name.getNumberOfElements(); i++) {
        if (known.contains(joined(name, i))) {
          return true;
        }
      }
      return name.getNumberOfElements() < from; // the section alone, such as an empty one
    }

    /** The elements from one on without the place in a list. */
    private static String joined(ConfigurationPropertyName name, int from) {
      StringBuilder all = new StringBuilder();
      for (int i = from; i < name.getNumberOfElements(); i++) {
        String element = name.getElement(i, Form.UNIFORM);
        if (!element.matches("\\d+")) {
          all.append(element);
        }
      }
      return all.toString();
    }
  }
}
