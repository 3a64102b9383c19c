/**
 * A Sigstore instance for tests: certificate authority, certificate log, Rekor and timestamp
 * authority in memory, good bundles and forged ones.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.testkit.sigstore;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
