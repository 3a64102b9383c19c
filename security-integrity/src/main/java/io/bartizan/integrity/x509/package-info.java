/** Certificates, raw signatures and timestamps (RFC 5280, 5652, 3161); not exported. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.x509;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
