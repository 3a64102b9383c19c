package io.bartizan.ratelimit.redis;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Lanes over a connection that they share. */
record OpenLanes(
    Connector<?> connector, Function<Check, Lane> choice, Supplier<Collection<Lane>> lanes)
    implements Lanes {

  @Override
  public Lane of(Check check) {
    return choice.apply(check);
  }

  @Override
  public Collection<Lane> all() {
    return lanes.get();
  }

  @Override
  public CompletableFuture<Void> connect() {
    return connector.connect();
  }

  @Override
  public void close() {
    all().forEach(Lane::close);
    connector.close();
  }
}
