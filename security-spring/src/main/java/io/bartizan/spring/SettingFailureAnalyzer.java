package io.bartizan.spring;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says at a failed start which property to change, where it stands, and what is accepted. */
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
}
