/**
 * Mutual TLS (mTLS) whose peer must match a policy on its certificate's subject alternative names,
 * with reload of certificates and revocation.
 *
 * <p>Also found as {@index mTLS}, {@index "client certificate"}, {@index SAN}, {@index "SPIFFE
 * ID"}, {@index CRL} and {@index OCSP}.
 *
 * <ul>
 *   <li>{@link io.bartizan.mtls.ServerTls}, {@link io.bartizan.mtls.ClientTls}: an {@code
 *       SSLContext} for each side
 *   <li>{@link io.bartizan.mtls.Identity}: private key and certificate chain, from PEM files or key
 *       stores
 *   <li>{@link io.bartizan.mtls.TrustAnchors}: the certificate authorities that peers' chains must
 *       end at
 *   <li>{@link io.bartizan.mtls.PeerPolicy}: the names that are accepted
 *   <li>{@link io.bartizan.mtls.PeerIdentity}: the names of a verified peer
 *   <li>{@link io.bartizan.mtls.Revocation}: revocation lists, deny-list and stapled OCSP responses
 *   <li>{@link io.bartizan.mtls.TlsListener}, {@link io.bartizan.mtls.TlsMetrics}: callbacks and
 *       meters
 *   <li>{@link io.bartizan.mtls.PeerReason}, {@link io.bartizan.mtls.MaterialReason}: why a peer or
 *       own certificates are refused
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.mtls;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
