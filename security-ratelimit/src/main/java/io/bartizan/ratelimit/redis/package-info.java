/** The same limits on Redis, through the application's own Lettuce client. */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.redis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
