/** Policies for container images: who must have signed, built and described them. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
