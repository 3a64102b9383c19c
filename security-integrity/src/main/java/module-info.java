/** HMAC and signed values, JWT verification, artifact digests and attestations. */
module io.bartizan.integrity {
  exports io.bartizan.integrity.artifact;

  requires transitive io.bartizan.core;
  requires org.slf4j;
  requires static transitive org.jspecify;
  requires static com.google.errorprone.annotations;

  exports io.bartizan.integrity.mac;
  exports io.bartizan.integrity.replay;
}
