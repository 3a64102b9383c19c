package io.bartizan.integrity.der;

/**
 * Bytes that are not the DER that was asked for.
 *
 * <p>Checked, so that each caller turns it into its own refusal. The message names the rule and the
 * byte, never the content; there is no stack trace.
 */
public final class DerException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * A rule that was broken.
   *
   * @param message which, without content
   */
  public DerException(String message) {
    super(message, null, false, false);
  }
}
