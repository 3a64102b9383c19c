/** Who says what of an artifact: DSSE envelopes, in-toto statements, cosign image signatures. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
