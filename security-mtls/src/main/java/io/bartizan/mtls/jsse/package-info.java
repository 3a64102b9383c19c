/**
 * Contexts, engines and sockets over those of a TLS provider, which ask an {@link
 * io.bartizan.mtls.jsse.Authority} about each connection. It knows nothing of policies.
 */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.mtls.jsse;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
