/** HMAC, signed values and webhooks. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.mac;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
