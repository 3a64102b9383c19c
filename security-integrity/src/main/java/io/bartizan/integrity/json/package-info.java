/** The strict JSON reader and the canonical base64 of everything that is verified; not exported. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.json;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
