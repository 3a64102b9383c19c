/** TLS contexts whose peer must match a policy on its subject alternative names. */
module io.bartizan.mtls {
  requires transitive io.bartizan.core;
  requires org.slf4j;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.bouncycastle.util;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;

  exports io.bartizan.mtls;
}
