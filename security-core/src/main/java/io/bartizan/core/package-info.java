/** Words that every Bartizan module shares: time, secrets, PEM framing, reasons of refusal. */
@NullMarked
@CheckReturnValue
package io.bartizan.core;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
