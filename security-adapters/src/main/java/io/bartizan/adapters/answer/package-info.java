/** What every adapter answers: statuses, header fields and problem bodies, decided in one place. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.answer;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
