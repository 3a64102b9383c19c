package io.bartizan.integrity.attest.sigstore;

/** The kinds of subject of a Fulcio certificate. */
public enum SubjectKind {
  /** A URI, such as the workflow of a build. */
  URI,
  /** The e-mail address of a person or service account. */
  EMAIL,
  /** A user name of an issuer without e-mail addresses, as Fulcio writes it. */
  USERNAME,
  /** Anything else: never accepted. */
  OTHER
}
