/** What the rooms of this module share: who hears of verifications and of keys. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
