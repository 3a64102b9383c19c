/** The gateway's demonstration: its certificates and tokens, and the requests that attack it. */
@NullMarked
@CheckReturnValue
package io.bartizan.examples.gateway.demonstration;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
