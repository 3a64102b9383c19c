/** Messages that are begun under a lease, then completed or abandoned. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.lease;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
