package io.bartizan.integrity.attest.notation;

import io.bartizan.integrity.attest.oci.ImageReference;
import java.util.List;
import java.util.Map;

/**
 * What a trust policy requires of some repositories.
 *
 * @param scopes the repositories; empty for all that no other statement names
 * @param identities whose certificates are trusted; empty for anybody's of the stores
 * @param timestampAfterExpiryOnly whether valid certificates need no timestamp
 */
record PolicyStatement(
    String name,
    List<ImageReference> scopes,
    List<String> stores,
    List<DistinguishedName> identities,
    Map<Check, Action> actions,
    boolean timestampAfterExpiryOnly) {

  /** What a level weighs. */
  enum Check {
    AUTHENTICITY("authenticity"),
    AUTHENTIC_TIMESTAMP("authenticTimestamp"),
    EXPIRY("expiry"),
    REVOCATION("revocation");

    final String label;

    Check(String label) {
      this.label = label;
    }
  }

  /** What comes of a check that fails. */
  enum Action {
    ENFORCE,
    LOG,
    SKIP
  }

  Action action(Check check) {
    return actions.getOrDefault(check, Action.ENFORCE);
  }
}
