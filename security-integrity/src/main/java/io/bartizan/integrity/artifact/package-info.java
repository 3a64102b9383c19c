/**
 * Checksums of files, streams and downloads (SHA-256, SHA-384, SHA-512), checksum lists, signed
 * lists and Subresource Integrity.
 *
 * <p>Also found as {@index checksum}, {@index SHA256SUMS}, {@index minisign} and {@index
 * "Subresource Integrity"}.
 *
 * <ul>
 *   <li>{@link io.bartizan.integrity.artifact.Digest}: a digest, parsed and compared
 *   <li>{@link io.bartizan.integrity.artifact.Artifacts}: opens or copies a file only after its
 *       digest matches
 *   <li>{@link io.bartizan.integrity.artifact.VerifyingInputStream}: throws instead of the end if
 *       the digest differs
 *   <li>{@link io.bartizan.integrity.artifact.Downloads}: fetches files over HTTPS that must match
 *   <li>{@link io.bartizan.integrity.artifact.Manifest}, {@link
 *       io.bartizan.integrity.artifact.SignedManifests}: lists of files, and signed ones
 *   <li>{@link io.bartizan.integrity.artifact.Sri}: the {@code integrity} attribute of web pages
 *   <li>{@link io.bartizan.integrity.artifact.ArtifactReason}: why a file is refused
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.artifact;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
