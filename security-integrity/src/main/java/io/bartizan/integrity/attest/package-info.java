/**
 * Attestations of artifacts: DSSE envelopes, in-toto statements and cosign signatures of container
 * images, verified offline with given keys.
 *
 * <p>Also found as {@index SLSA}, {@index provenance}, {@index in-toto}, {@index DSSE}, {@index
 * SBOM} and {@index cosign}.
 *
 * <ul>
 *   <li>{@link io.bartizan.integrity.attest.DsseVerifier}: signed envelopes
 *   <li>{@link io.bartizan.integrity.attest.StatementVerifier}: statements about an artifact, such
 *       as provenance
 *   <li>{@link io.bartizan.integrity.attest.CosignVerifier}: signatures of container images
 *   <li>{@link io.bartizan.integrity.attest.SignerKeys}: the keys that are trusted
 *   <li>{@link io.bartizan.integrity.attest.AttestReason}: why an attestation is refused
 * </ul>
 *
 * <p>Signatures without keys of one's own are in {@link io.bartizan.integrity.attest.sigstore},
 * rules over several statements in {@link io.bartizan.integrity.attest.policy}, registries in
 * {@link io.bartizan.integrity.attest.oci}.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.attest;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
