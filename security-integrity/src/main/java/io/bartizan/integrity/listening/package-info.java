/** How listeners are called, so that a fault of theirs changes no verdict; not exported. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.listening;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
