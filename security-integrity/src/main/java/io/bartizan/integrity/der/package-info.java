/** The strict DER reader; not exported. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.der;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
