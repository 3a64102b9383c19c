package io.bartizan.integrity.attest.policy;

import io.bartizan.core.Reason;

/** The reasons for which an {@link ImagePolicy} refuses an image, or a statement does not count. */
public enum PolicyReason implements Reason {
  /** No signature of the image, or fewer than must be, by whom the rule names. */
  SIGNATURE_MISSING,
  /** No provenance by whom the rule names, of the builder and the source that it names. */
  PROVENANCE_MISSING,
  /** No bill of materials by whom the rule names. */
  SBOM_MISSING,
  /** No other statement by whom the rule names. */
  STATEMENT_MISSING,
  /** A predicate that does not follow the format that its type says. */
  PREDICATE_MALFORMED,
  /** The provenance is of another builder. */
  BUILDER_MISMATCH,
  /** The provenance is of another source, or names several. */
  SOURCE_MISMATCH,
  /** The provenance is of another ref or commit of the source, or of another kind of build. */
  BUILD_MISMATCH,
  /** What was signed is about another image. */
  SUBJECT_MISMATCH,
  /** A candidate that holds neither a statement nor the signature of an image. */
  CANDIDATE_MALFORMED,
  /** More candidates, bytes or members than are read. */
  TOO_LARGE
}
