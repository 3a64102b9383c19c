/** The guarded gateway: an HTTPS server guarded by all of Bartizan that drives itself. */
@NullMarked
@CheckReturnValue
package io.bartizan.examples.gateway;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
