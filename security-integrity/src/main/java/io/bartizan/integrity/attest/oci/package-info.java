/** Container images as the OCI specifications have them: references, manifests, layouts. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest.oci;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
