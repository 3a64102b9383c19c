/**
 * What adapters share: statuses, header fields and problem bodies, marks and the pace of clients.
 */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.answer;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
