/** TLS contexts whose peer must match a policy; reload; revocation. */
@NullMarked
@CheckReturnValue
package io.bartizan.mtls;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
