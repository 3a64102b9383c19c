/**
 * Signatures of the Notary Project ({@code notation}): envelopes verified against trust stores and
 * a trust policy.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest.notation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
