/**
 * Certificates, log entries, timestamps and bundles of Sigstore, made good or bad by their fields.
 */
@NotExported
@NullMarked
@CheckReturnValue
package io.bartizan.testkit.sigstore.draft;

import com.google.errorprone.annotations.CheckReturnValue;
import io.bartizan.core.house.NotExported;
import org.jspecify.annotations.NullMarked;
