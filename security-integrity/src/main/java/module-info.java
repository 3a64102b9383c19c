/** HMAC and signed values, JWT verification, artifact digests and attestations. */
@SuppressWarnings("requires-automatic") // Lettuce and Micrometer have none
module io.bartizan.integrity {
  requires transitive io.bartizan.core;
  requires transitive java.net.http;
  requires org.slf4j;
  requires static org.bouncycastle.provider; // on the path it is found all the same, as a provider
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires static lettuce.core;
  requires static micrometer.core;
  requires static com.nimbusds.jose.jwt;

  exports io.bartizan.integrity;
  exports io.bartizan.integrity.artifact;
  exports io.bartizan.integrity.attest;
  exports io.bartizan.integrity.attest.notation;
  exports io.bartizan.integrity.attest.oci;
  exports io.bartizan.integrity.attest.policy;
  exports io.bartizan.integrity.attest.sigstore;
  exports io.bartizan.integrity.jwt;
  exports io.bartizan.integrity.jwt.nimbus;
  exports io.bartizan.integrity.mac;
  exports io.bartizan.integrity.replay;
  exports io.bartizan.integrity.replay.redis;
  exports io.bartizan.integrity.tuf;
}
