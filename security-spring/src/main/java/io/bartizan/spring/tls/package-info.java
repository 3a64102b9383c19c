/** What the starter puts between a bundle and servers that take its managers. */
@NullMarked
@CheckReturnValue
@NotExported
package io.bartizan.spring.tls;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
