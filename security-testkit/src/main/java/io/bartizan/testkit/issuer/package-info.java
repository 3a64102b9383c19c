/**
 * A development issuer of tokens: key set, discovery, rotation, and tokens as providers make them.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.testkit.issuer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
