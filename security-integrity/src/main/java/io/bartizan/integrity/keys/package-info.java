/** Judges every key of this module: what it is, and whether it may be used; not exported. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.keys;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
