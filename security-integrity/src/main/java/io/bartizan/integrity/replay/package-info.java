/** One-time guards: each id is accepted once. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.replay;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
