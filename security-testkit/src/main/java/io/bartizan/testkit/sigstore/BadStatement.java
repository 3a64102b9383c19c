package io.bartizan.testkit.sigstore;

import io.bartizan.testkit.sigstore.draft.BundleDraft;

/**
 * Faults that only an attestation can have, in its DSSE envelope or in its in-toto statement; each
 * is made by {@link DevSigstore#forgeStatement(BadStatement, byte[], DevIdentity, String, String)}.
 *
 * <p>All but the named fault is as in the good bundle, and the faulty statement itself is rightly
 * signed, logged and stamped. Faults of certificate, logs and times are those of {@link BadBundle}.
 */
public enum BadStatement {
  /** Other content than was signed. */
  PAYLOAD_CHANGED(
      "The statement was changed after it was signed and logged.", StatementFaults::payloadChanged),
  /** Not an in-toto statement. */
  PAYLOAD_TYPE_OF_SOMETHING_ELSE(
      "The envelope says that it holds plain JSON, not an in-toto statement.",
      draft -> draft.payloadType = "application/json"),
  /** A type that some readers take for the right one. */
  PAYLOAD_TYPE_IN_UPPER_CASE(
      "The envelope's payload type is in capital letters.",
      draft -> draft.payloadType = "APPLICATION/VND.IN-TOTO+JSON"),
  /** A type that some readers trim. */
  PAYLOAD_TYPE_WITH_A_BLANK(
      "The envelope's payload type has a blank after it.",
      draft -> draft.payloadType = draft.payloadType + " "),
  /** No signature. */
  ENVELOPE_WITHOUT_SIGNATURE("The envelope has no signature.", StatementFaults::noSignature),
  /** Two signatures. */
  ENVELOPE_WITH_TWO_SIGNATURES(
      "The envelope has a stranger's signature beside the right one.",
      StatementFaults::twoSignatures),
  /** A signature of the bare payload. */
  SIGNATURE_OVER_THE_PAYLOAD(
      "The signature is over the payload alone, without the type that DSSE puts before it.",
      StatementFaults::signatureOverPayload),
  /** The log has two signatures. */
  LOG_ENTRY_WITH_TWO_SIGNATURES(
      "The log entry has two signatures, of which one is the bundle's.",
      StatementFaults::entryWithTwoSignatures),
  /** The log has no signature. */
  LOG_ENTRY_WITHOUT_SIGNATURE(
      "The log entry has no signature.", StatementFaults::entryWithoutSignature),
  /** Rekor v2, over another part. */
  REKOR_V2_OVER_THE_PAYLOAD(
      "The entry of Rekor v2 is about the payload alone, not about what was signed.",
      StatementFaults::rekor2OverPayload),

  /** Not JSON. */
  STATEMENT_IS_NO_JSON("The payload is no JSON.", draft -> draft.payload = "a release"),
  /** Not an object. */
  STATEMENT_IS_A_LIST(
      "The payload is a list with the statement in it.",
      draft -> StatementFaults.payload(draft, text -> "[" + text + "]")),
  /** JSON that readers understand differently. */
  STATEMENT_WITH_A_MEMBER_TWICE(
      "The statement names its subjects twice.",
      draft -> StatementFaults.payload(draft, StatementFaults::subjectTwice)),
  /** More than a statement. */
  STATEMENT_WITH_TEXT_AFTER(
      "An empty object follows the statement.",
      draft -> StatementFaults.payload(draft, text -> text + "{}")),
  /** A number that JSON does not have. */
  STATEMENT_WITH_NAN(
      "The statement has NaN for a number.",
      draft -> StatementFaults.payload(draft, text -> StatementFaults.further(text, "NaN"))),
  /** Half a character. */
  STATEMENT_WITH_HALF_A_CHARACTER(
      "The statement's text has half of a surrogate pair.",
      draft ->
          StatementFaults.payload(draft, text -> StatementFaults.further(text, "\"\\ud800\""))),
  /** Nested without end. */
  STATEMENT_NESTED_DEEPLY(
      "The statement has 10,000 lists in each other.",
      draft -> StatementFaults.payload(draft, StatementFaults::nestedDeeply)),
  /** Another format. */
  UNKNOWN_STATEMENT_TYPE(
      "The statement's type is a version that does not exist.",
      draft ->
          StatementFaults.payload(draft, text -> text.replace("/Statement/v1", "/Statement/v9"))),
  /** No format. */
  NO_STATEMENT_TYPE(
      "The statement does not say its type.",
      draft -> StatementFaults.payload(draft, text -> text.replace("\"_type\"", "\"type\""))),
  /** Another predicate. */
  OTHER_PREDICATE_TYPE(
      "The predicate is of another type, such as a bill of materials in place of provenance.",
      draft -> StatementFaults.payload(draft, StatementFaults::otherPredicateType)),
  /** A predicate type that begins like the right one. */
  PREDICATE_TYPE_WITH_SUFFIX(
      "The predicate's type only begins like the expected one.",
      draft -> StatementFaults.payload(draft, StatementFaults::longerPredicateType)),
  /** No predicate type. */
  NO_PREDICATE_TYPE(
      "The statement does not say its predicate's type.",
      draft ->
          StatementFaults.payload(draft, text -> text.replace("\"predicateType\"", "\"kind\""))),
  /** About nothing. */
  NO_SUBJECT("The statement is about nothing.", draft -> StatementFaults.subjects(draft, "")),
  /** About a name. */
  SUBJECT_WITHOUT_DIGEST(
      "The statement's subject has a name and no digest.",
      draft -> StatementFaults.subjects(draft, "{\"name\":\"artifact\",\"digest\":{}}")),
  /** About a commit. */
  SUBJECT_IS_A_COMMIT(
      "The statement's subject is a commit of git, not an artifact.",
      draft -> StatementFaults.digest(draft, "gitCommit", hex -> hex.substring(0, 40))),
  /** About another artifact. */
  SUBJECT_OF_ANOTHER_ARTIFACT(
      "The statement is about another artifact of the same name.",
      draft -> StatementFaults.digest(draft, "sha256", StatementFaults::another)),
  /** The right digest where a name is due. */
  SUBJECT_NAMED_BY_THE_DIGEST(
      "The artifact's digest is the subject's name, and the subject's digest is another's.",
      StatementFaults::digestAsName),
  /** The beginning of the digest. */
  SUBJECT_DIGEST_CUT(
      "The subject's digest lacks its last digit.",
      draft -> StatementFaults.digest(draft, "sha256", hex -> hex.substring(1))),
  /** The digest under another algorithm. */
  SUBJECT_DIGEST_OF_ANOTHER_ALGORITHM(
      "The subject's SHA-256 digest stands under the name of SHA-512.",
      draft -> StatementFaults.digest(draft, "sha512", hex -> hex)),
  /** Too much to read. */
  TOO_MANY_SUBJECTS("The statement has 1,025 subjects.", StatementFaults::tooManySubjects);

  private final String why;
  private final Spoiler<BundleDraft> spoiler;

  BadStatement(String why, Spoiler<BundleDraft> spoiler) {
    this.why = why;
    this.spoiler = spoiler;
  }

  /**
   * What is wrong.
   *
   * @return one English sentence
   */
  public String why() {
    return why;
  }

  void spoil(BundleDraft draft) {
    spoiler.spoil(draft);
  }
}
