/**
 * Keyless signatures: Sigstore bundles verified whole and offline, against a trusted root and an
 * identity.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest.sigstore;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
