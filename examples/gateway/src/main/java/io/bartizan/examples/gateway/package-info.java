/** The guarded gateway: an HTTPS service guarded by all of Bartizan. */
@NullMarked
@CheckReturnValue
package io.bartizan.examples.gateway;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
