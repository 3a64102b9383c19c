/** By which name or claim of an authenticated caller a limit counts, and by which plan. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.spring.caller;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
