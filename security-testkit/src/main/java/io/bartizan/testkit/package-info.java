/**
 * For users' own tests: time by hand, dev certificates, forged tokens, hostile streams, a real
 * Redis.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.testkit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
