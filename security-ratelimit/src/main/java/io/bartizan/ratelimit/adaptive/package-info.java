/** Limits on how many run at once that find themselves, from the time that the work takes. */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.adaptive;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
