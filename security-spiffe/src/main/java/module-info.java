/** The SPIFFE Workload API as a source of identity and trust anchors for mutual TLS. */
@SuppressWarnings({"requires-automatic"}) // gRPC has no descriptor
module io.bartizan.spiffe {
  requires transitive io.bartizan.mtls;
  requires io.grpc;
  requires io.grpc.netty;
  requires io.netty.transport;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;

  exports io.bartizan.spiffe;
}
