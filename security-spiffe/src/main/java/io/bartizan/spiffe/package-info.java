/**
 * The SPIFFE Workload API as a source of identity and trust anchors for mutual TLS.
 *
 * <p>{@link io.bartizan.spiffe.WorkloadApi} holds a stream to the SPIFFE agent of this machine (as
 * of SPIRE) open and pushes what comes into {@link io.bartizan.mtls.PushedMaterial}: contexts built
 * of it follow each rotation. {@link io.bartizan.spiffe.WorkloadReason} tells why a response or an
 * agent is refused.
 *
 * <pre>{@code
 * WorkloadApi agent = WorkloadApi.of("unix:///run/spire/agent.sock");
 * ServerTls server = ServerTls.of(agent.identity(), agent.anchors(), PeerPolicy.trustDomain("prod.example"));
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.spiffe;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
