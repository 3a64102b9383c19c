/**
 * Reads certificates, revocation lists and names as RFC 5280, RFC 6125 and SPIFFE write them, and
 * compares them. It knows no policy, no material and no connection.
 */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.mtls.x509;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
