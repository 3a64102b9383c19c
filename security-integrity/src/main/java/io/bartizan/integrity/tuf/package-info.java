/**
 * A client of The Update Framework (TUF, specification 1.0): files that a repository's keys vouch
 * for, fresh and never older than those seen before.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.tuf;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
