/** Types that every Bartizan module shares: refusals, outcomes, secrets, clocks, PEM. */
@SuppressWarnings("module") // the readers of core.house are not seen from here
module io.bartizan.core {
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;

  exports io.bartizan.core;
  exports io.bartizan.core.house to
      io.bartizan.ratelimit,
      io.bartizan.mtls,
      io.bartizan.spiffe,
      io.bartizan.integrity,
      io.bartizan.adapters;
}
