/** What limits decided, told to the span of the request that they were asked for. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.spring.span;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
