/** Pacing of the JDK's {@code HttpClient}, so that requests are sent no faster than agreed. */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.httpclient;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
