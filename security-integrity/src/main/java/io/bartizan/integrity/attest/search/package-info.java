/**
 * Finds at a source whatever may be a signature of an image or a statement about it; judges
 * nothing.
 */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest.search;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
