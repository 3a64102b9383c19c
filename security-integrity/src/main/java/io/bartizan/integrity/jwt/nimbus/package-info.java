/**
 * Nimbus JOSE+JWT's processor on our verifier, for Spring Security and every Nimbus application.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.jwt.nimbus;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
