/** The calls of limited methods: several permits each, and the answer to one that is refused. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.spring.method;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
