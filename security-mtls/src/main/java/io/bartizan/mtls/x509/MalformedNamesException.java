package io.bartizan.mtls.x509;

/** Names of a certificate that two readers could read differently. */
public final class MalformedNamesException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedNamesException(String message) {
    super(message, null, false, false);
  }
}
