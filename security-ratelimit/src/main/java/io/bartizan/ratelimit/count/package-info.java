/** What limits count, in numbers alone: permits, microseconds, units of buckets. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.count;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
