/**
 * Test support: a development certificate authority, invalid certificates, forged tokens, hostile
 * streams, manual clocks and a real Redis with faults.
 *
 * <ul>
 *   <li>{@link io.bartizan.testkit.DevCa}: certificates for tests and local development ({@index
 *       "self-signed certificate"})
 *   <li>{@link io.bartizan.testkit.BadCertificate}, {@link io.bartizan.testkit.PeerTrial}:
 *       certificates that a TLS server or client must refuse, and the trial of one
 *   <li>{@link io.bartizan.testkit.ForgedTokens}: tokens that a verifier must refuse
 *   <li>{@link io.bartizan.testkit.HostileStreams}: streams that break off, stall or never end
 *   <li>{@link io.bartizan.testkit.RedisServer}, {@link io.bartizan.testkit.RedisCluster}, {@link
 *       io.bartizan.testkit.RedisSentinel}: Redis for a test; {@link
 *       io.bartizan.testkit.FaultProxy} breaks the connection
 *   <li>{@link io.bartizan.testkit.ManualTicker}: a clock that the test advances
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.testkit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
