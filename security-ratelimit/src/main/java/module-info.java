/** Token bucket, sliding and fixed windows, in memory and on Redis. */
module io.bartizan.ratelimit {
  requires transitive io.bartizan.core;
  requires org.slf4j;
  requires static transitive org.jspecify;
  requires static com.google.errorprone.annotations;

  exports io.bartizan.ratelimit;
}
