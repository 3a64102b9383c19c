/** What Bartizan's own modules share: listeners, checks of arguments, spans in words, SHA-256. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.core.house;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
