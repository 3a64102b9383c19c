/**
 * What all clients of HTTP here need: origins, redirects, pauses, bodies that are bounded or stall.
 */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.http;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
