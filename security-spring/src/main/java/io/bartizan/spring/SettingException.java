package io.bartizan.spring;

import io.bartizan.core.SafeText;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.convert.DurationStyle;

/** A setting that is missing or can't be served; {@link SettingFailureAnalyzer} explains it. */
final class SettingException extends RuntimeException {

  /** In the place of a value that is or may be a secret. */
  static final String NOT_SHOWN = "(not shown)";

  private static final long serialVersionUID = 1;
  private static final Pattern USER_INFO = Pattern.compile("//[^/?#@]*@");

  private final String property;
  private final String value;
  private final String accepted;

  private SettingException(
      String property, String value, String accepted, @Nullable Throwable cause) {
    super(property + (value.isEmpty() ? "" : " is \"" + value + "\"") + ": " + accepted, cause);
    this.property = property;
    this.value = value;
    this.accepted = accepted;
  }

  static SettingException of(String property, @Nullable Object value, String accepted) {
    return new SettingException(property, shown(value), accepted, null);
  }

  /** A setting that must be there. */
  static String required(String property, @Nullable String value, String accepted) {
    if (value == null || value.isBlank()) {
      throw of(property, value, accepted);
    }
    return value;
  }

  /** What is made of a setting, or its refusal with this property's name. */
  static <T> T read(String property, @Nullable Object value, Supplier<T> maker) {
    try {
      return maker.get();
    } catch (SettingException e) {
      throw e;
    } catch (RuntimeException e) {
      String message = withoutUserInfo(String.valueOf(e.getMessage()));
      throw new SettingException(property, shown(value), message, e);
    }
  }

  /** As it could be written: a duration as {@code 90s}, not as Java shows it. */
  private static String shown(@Nullable Object value) {
    if (value instanceof Duration span) {
      ChronoUnit unit = span.toNanosPart() == 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS;
      return DurationStyle.SIMPLE.print(span, unit);
    }
    return value == null ? "" : withoutUserInfo(SafeText.of(String.valueOf(value), 200));
  }

  /** Without the user name and password of an address. */
  private static String withoutUserInfo(String text) {
    return USER_INFO.matcher(text).replaceAll("//" + NOT_SHOWN + "@");
  }

  static boolean isSecret(String property) {
    return property.endsWith("secret");
  }

  String property() {
    return property;
  }

  /** Safe to print; empty if it is not set. */
  String value() {
    return value;
  }

  /** What is wrong, or what is accepted, as a sentence. */
  String accepted() {
    return accepted;
  }

  /**
   * Refuses settings that Spring Boot would take for something else than was meant: <code>${NAME}
   * </code> of a variable that is not set stays as it is written, so that everybody who can read
   * the file knows the secret; and a duration without a unit is milliseconds.
   */
  static final class MeantValues
      implements ConfigurationPropertiesBindHandlerAdvisor, AopInfrastructureBean {

    private static final ConfigurationPropertyName ALL = ConfigurationPropertyName.of("bartizan");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^:}]*).*}", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");

    @Override
    public BindHandler apply(BindHandler parent) {
      return new AbstractBindHandler(parent) {
        @Override
        public @Nullable Object onSuccess(
            ConfigurationPropertyName name,
            Bindable<?> target,
            BindContext context,
            Object result) {
          ConfigurationProperty written = context.getConfigurationProperty();
          if (written != null && ALL.isAncestorOf(name)) {
            check(name, written, context, result);
          }
          return super.onSuccess(name, target, context, result);
        }
      };
    }

    private static void check(
        ConfigurationPropertyName name,
        ConfigurationProperty written,
        BindContext context,
        Object result) {
      if (result instanceof Duration span && !span.isZero()) {
        String text = context.getBinder().bind(name, Bindable.of(String.class)).orElse("");
        if (NUMBER.matcher(text).matches()) {
          throw of(name.toString(), text, "a unit is needed: ms, s, m, h or d, such as \"30s\"");
        }
      }
      boolean isEscaped = String.valueOf(written.getValue()).contains("\\${");
      for (Object each : result instanceof Collection<?> several ? several : List.of(result)) {
        if (each instanceof String text && !isEscaped) {
          if (isSecret(name.toString()) && text.indexOf('\uFFFD') >= 0) {
            throw of(
                name.toString(),
                NOT_SHOWN,
                "holds characters that this process can't read in its locale, all of which would be"
                    + " the same one; set LC_ALL=C.UTF-8");
          }
          Matcher unresolved = PLACEHOLDER.matcher(text);
          if (unresolved.find()) {
            throw of(
                name.toString(),
                isSecret(name.toString()) ? NOT_SHOWN : text,
                "no property and no environment variable is named "
                    + unresolved.group(1)
                    + ", so that ${"
                    + unresolved.group(1)
                    + "} would be taken as the text that it is; set it, and write \\${ where the"
                    + " text itself is meant");
          }
        }
      }
    }
  }
}
