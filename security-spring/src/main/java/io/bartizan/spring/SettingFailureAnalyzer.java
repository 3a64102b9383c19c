package io.bartizan.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Says at a failed start which property to change, where it stands, and what is accepted. It comes
 * before Spring Boot's own analyzer of what can't be bound.
 */
@Order(0)
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<SettingException> {

  private final Environment environment;

  SettingFailureAnalyzer(Environment environment) {
    this.environment = environment;
  }

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, SettingException cause) {
    StringBuilder description = new StringBuilder();
    description.append("Property: ").append(cause.property());
    description.append(
        cause.value().isEmpty() ? "\nValue: (not set)" : "\nValue: \"" + cause.value() + "\"");
    origin(cause.property(), description);
    description.append("\nReason: ").append(cause.accepted());
    return new FailureAnalysis(
        description.toString(), "Change " + cause.property() + " as the reason says.", cause);
  }

  private void origin(String property, StringBuilder description) {
    ConfigurationPropertyName name = ConfigurationPropertyName.adapt(property, '.');
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      ConfigurationProperty found = source.getConfigurationProperty(name);
      if (found != null) {
        if (found.getOrigin() != null) {
          description.append("\nOrigin: ").append(found.getOrigin());
        }
        return;
      }
    }
  }

  /**
   * Says which setting of Bartizan has a name that is none, and where it stands. It comes before
   * Spring Boot's own analyzer, which would show the value: of a misspelt {@code secret}, the
   * secret.
   */
  @Order(0)
  static final class Misspelt
      extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

    private static final ConfigurationPropertyName ALL = ConfigurationPropertyName.of("bartizan");

    @Override
    protected @Nullable FailureAnalysis analyze(
        Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
      List<ConfigurationProperty> misspelt =
          cause.getUnboundProperties().stream()
              .filter(property -> ALL.isAncestorOf(property.getName()))
              .toList();
      if (misspelt.isEmpty()) {
        return null;
      }
      StringBuilder description = new StringBuilder();
      boolean isEmpty = false;
      for (ConfigurationProperty property : misspelt) {
        isEmpty |= String.valueOf(property.getValue()).isBlank();
        description.append("Property: ").append(property.getName()).append('\n');
        if (property.getOrigin() != null) {
          description.append("Origin: ").append(property.getOrigin()).append('\n');
        }
      }
      description.append("Reason: there is no setting of this name");
      if (isEmpty) {
        description.append(", or it is one and may not be empty");
      }
      if (misspelt.get(0).getName().isLastElementIndexed()) {
        description.append(", or it is one and takes no list");
      }
      return new FailureAnalysis(
          description.toString(),
          "Correct the name. All settings: limits, trusted-proxies, webhooks, jwt and mtls below"
              + " bartizan, as docs/frameworks/spring-boot.md has them.",
          cause);
    }
  }
}
