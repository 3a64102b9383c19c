/** Limits, limiters, decisions and HTTP fields. */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
