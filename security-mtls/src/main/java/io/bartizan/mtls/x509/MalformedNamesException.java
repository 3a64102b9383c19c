package io.bartizan.mtls.x509;

/** Names of a certificate that two readers could read differently. */
public final class MalformedNamesException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String what;

  MalformedNamesException(String what) {
    super(what, null, false, false);
    this.what = what;
  }

  /** What is wrong with them; may quote a name. */
  public String what() {
    return what;
  }
}
