/** JWT verification with a required algorithm allowlist. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.jwt;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
