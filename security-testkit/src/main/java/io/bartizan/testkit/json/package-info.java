/** JSON that makers of tokens and bundles put together and write. */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.testkit.json;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
