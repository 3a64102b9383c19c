/** Token bucket, sliding and fixed windows, in memory and on Redis. */
@SuppressWarnings({"requires-automatic"}) // Lettuce and Bucket4j have no descriptors
module io.bartizan.ratelimit {
  requires transitive io.bartizan.core;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires static io.github.bucket4j.core;
  requires static lettuce.core;
  requires static io.netty.common;
  requires static io.netty.buffer;
  requires static micrometer.core;

  exports io.bartizan.ratelimit;
  exports io.bartizan.ratelimit.adaptive;
  exports io.bartizan.ratelimit.bucket4j;
  exports io.bartizan.ratelimit.prepaid;
  exports io.bartizan.ratelimit.redis;
}
