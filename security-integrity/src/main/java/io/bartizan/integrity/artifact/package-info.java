/** Digests, files, streams, downloads, manifests and Subresource Integrity. */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.artifact;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
