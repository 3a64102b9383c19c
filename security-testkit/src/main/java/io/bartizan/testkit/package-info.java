/**
 * Test support for users' own tests: manual clocks, a development CA and bad certificates, forged
 * tokens, hostile streams, a real Redis with faults.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.testkit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
