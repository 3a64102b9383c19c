package io.bartizan.core;

import java.util.Locale;

/**
 * A stable reason code of a refusal, which programs may compare and dashboards may count.
 *
 * <p>Each package that verifies has one enum that implements this interface; what several of them
 * may find has one name in all, such as {@code EXPIRED}, {@code NOT_YET_VALID}, {@code KEY_UNKNOWN}
 * and {@code REPLAY_UNDECIDED}. A constant is never renamed or reused once released; new ones may
 * come with any version, so a {@code switch} needs a default. A reason never holds input of the
 * caller and is safe as a metric tag.
 */
public interface Reason {

  /**
   * The constant's name, such as {@code SIGNATURE_INVALID}.
   *
   * @return upper-case ASCII letters, digits and underscores
   */
  String name();

  /**
   * The same word in the form of URIs and JSON, such as {@code signature-invalid}.
   *
   * @return lower-case ASCII letters, digits and hyphens
   */
  default String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
