package io.bartizan.spring;

import io.bartizan.core.SafeText;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** A setting that is missing or can't be served; {@link SettingFailureAnalyzer} explains it. */
final class SettingException extends RuntimeException {

  private static final long serialVersionUID = 1;

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
      String message = String.valueOf(e.getMessage());
      throw new SettingException(property, shown(value), message, e);
    }
  }

  /** As it could be written: a duration as {@code 90s}, not as Java shows it. */
  private static String shown(@Nullable Object value) {
    if (value instanceof Duration span) {
      ChronoUnit unit = span.toNanosPart() == 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS;
      return DurationStyle.SIMPLE.print(span, unit);
    }
    return value == null ? "" : SafeText.of(String.valueOf(value), 200);
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
}
