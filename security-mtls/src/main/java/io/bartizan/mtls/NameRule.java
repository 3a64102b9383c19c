package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One name of one kind. */
final class NameRule extends Rule {

  private final NameKind kind;
  private final String value;

  private NameRule(NameKind kind, String value) {
    this.kind = kind;
    this.value = value;
  }

  static NameRule of(NameKind kind, String value) {
    Objects.requireNonNull(value, kind.word());
    String normalized = kind.normalized(value);
    if (normalized == null) {
      throw new IllegalArgumentException(
          kind.word() + " is \"" + SafeText.of(value) + "\", " + kind.accepted() + " is accepted");
    }
    return new NameRule(kind, normalized);
  }

  String value() {
    return value;
  }

  @Override
  @Nullable Rule match(Subject subject) {
    return kind.matches(subject, value) ? this : null;
  }

  @Override
  public String toString() {
    return kind.word() + '(' + PolicyParser.quoted(value) + ')';
  }
}
