/** The one-time guard on Redis through Lettuce, an optional dependency. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.replay.redis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
