/** The wire to Redis: connections, breakers, scripts and time-outs; no limit and no request. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.redis.link;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
