/** Pacing of OkHttp clients, so that requests are sent no faster than agreed. */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.okhttp;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
