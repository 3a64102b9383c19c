package io.bartizan.integrity.attest.sigstore;

import org.jspecify.annotations.Nullable;

/** What a verifier requires of every bundle: exactly one of identity and key. */
record Requirements(
    TrustedRoot root,
    @Nullable IdentityPolicy identity,
    @Nullable KeyPolicy key,
    int logs,
    int timestampAuthorities,
    int certificateLogs) {

  Requirements {
    if ((identity == null) == (key == null)) {
      throw new IllegalArgumentException("not exactly one of identity and key");
    }
  }
}
