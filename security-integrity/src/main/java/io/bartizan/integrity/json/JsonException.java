package io.bartizan.integrity.json;

/**
 * A text that is no acceptable JSON, or a member that is not what was asked for.
 *
 * <p>Checked, so that each caller turns it into its own refusal. The message names the rule and the
 * byte, never the text; there is no stack trace.
 */
public final class JsonException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Which rule was broken. */
  public enum Kind {
    /** Not JSON of RFC 8259, or no object where one is required. */
    SYNTAX,
    /** Not UTF-8, a byte order mark, an unpaired surrogate, or the character NUL. */
    ENCODING,
    /** Two members of one object have the same name. */
    DUPLICATE,
    /** A limit on bytes, depth, values or number length. */
    LIMIT,
    /** Something follows the object. */
    TRAILING,
    /** A member is missing or has another type than the reader expects. */
    TYPE
  }

  /** Which rule was broken. */
  private final Kind kind;

  JsonException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /**
   * Which rule was broken.
   *
   * @return never null
   */
  public Kind kind() {
    return kind;
  }
}
