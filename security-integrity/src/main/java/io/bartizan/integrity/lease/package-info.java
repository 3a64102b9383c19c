/** Messages that are begun under a lease, then completed or abandoned. */
@NotExported
@NullMarked
package io.bartizan.integrity.lease;

import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
