/** Permits taken from the shared place by the lot, before they are asked for, and spent here. */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.prepaid;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
