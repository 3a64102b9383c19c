package io.bartizan.adapters.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * The guards of a Netty server for HTTP/1.1, in the order in which they stand: rate limits, bearer
 * tokens, peer identities and webhooks.
 *
 * <pre>{@code
 * Guards guards =
 *     Guards.of(flood, token, quota);                  // every request, in this order
 * channel.pipeline().addLast(
 *     new HttpServerCodec(),
 *     guards.newHandler(),                             // between the codec and everything else
 *     new HttpObjectAggregator(1 << 20),
 *     application);
 * }</pre>
 *
 * <p>The handlers behind see a request when every guard has let it pass, and the next request of
 * the connection when the response was written to its end. A refused request ends the connection
 * where its body is chunked or longer than 64 KiB, or it expects {@code 100-continue}. A connection
 * that sends more than 1024 parts of messages ahead is closed, and so is one whose bytes reach the
 * handler without a codec. What follows a {@code 101 Switching Protocols} is not guarded.
 * Immutable, thread-safe.
 */
public final class Guards {

  private final List<Route> routes;

  private Guards(List<Route> routes) {
    this.routes = routes;
  }

  /**
   * Guards of every request.
   *
   * @param guards in their order; none if only some requests are guarded
   * @return guards for any number of channels
   * @throws NullPointerException if a guard is null
   */
  public static Guards of(Guard... guards) {
    return new Guards(List.of(new Route(request -> true, List.of(guards))));
  }

  /**
   * The same, and guards of some requests behind them. A path can be written in several ways: what
   * your router takes for {@code /orders}, such as {@code //orders} or {@code /%6Frders}, must be
   * found here too. Guard every request wherever that is possible, and let a handler that needs a
   * token, peer or webhook refuse a request without.
   *
   * @param which requests, asked on the event loop; if it throws, the request is answered 500
   * @param guards in their order
   * @return new guards
   * @throws NullPointerException if an argument is null
   */
  public Guards at(Predicate<? super HttpRequest> which, Guard... guards) {
    List<Route> more = new ArrayList<>(routes);
    more.add(new Route(Objects.requireNonNull(which, "which"), List.of(guards)));
    return new Guards(List.copyOf(more));
  }

  /**
   * A handler for one channel, to be added behind its {@code HttpServerCodec} and in front of every
   * handler that reads requests.
   *
   * @return a new handler
   */
  public ChannelHandler newHandler() {
    return new GuardHandler(this);
  }

  /** Those of one request, in their order. */
  List<Guard> of(HttpRequest request) {
    List<Guard> all = new ArrayList<>();
    for (Route route : routes) {
      if (route.which.test(request)) {
        all.addAll(route.guards);
      }
    }
    return all;
  }

  /** The guards. */
  @Override
  public String toString() {
    return "Guards" + routes.stream().map(Route::guards).toList();
  }

  private record Route(Predicate<? super HttpRequest> which, List<Guard> guards) {}
}
