/** Rate limits in front of a server, behind a servlet container and on the way out. */
@NullMarked
@CheckReturnValue
package io.bartizan.examples.filters;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
