/** TLS contexts whose peer must match a policy on its subject alternative names. */
@SuppressWarnings({"requires-automatic"}) // Micrometer has no descriptor
module io.bartizan.mtls {
  requires transitive io.bartizan.core;
  requires org.slf4j;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.bouncycastle.util;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires static micrometer.core;

  exports io.bartizan.mtls;
}
