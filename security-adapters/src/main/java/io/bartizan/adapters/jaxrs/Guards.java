package io.bartizan.adapters.jaxrs;

import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Registers the guards of a JAX-RS application in the order in which they stand: rate limits,
 * bearer tokens, peer identities and webhooks.
 *
 * <pre>{@code
 * application.register(
 *     Guards.of(flood)                          // every request, before its resource is looked for
 *         .at(Orders.class, token, quota)       // the methods of Orders, in this order
 *         .at(Payments.class, webhooks)
 *         .withServletConnection());            // in a servlet container
 * }</pre>
 *
 * <p>Those of {@link #of} run before everything else. Those of {@link #at} run behind the
 * application's own authentication ({@link Priorities#AUTHENTICATION}) and before {@link
 * Priorities#AUTHORIZATION}. Register one {@code Guards}: JAX-RS ignores a second one with a
 * warning.
 *
 * <p>Guards may wait for Redis or a key server, so requests need threads of their own. On event
 * loops (RESTEasy Reactive) take the adapters of Vert.x. Immutable, thread-safe.
 */
public final class Guards implements Feature {

  /** Of the guards of every request; a filter that sets the {@link Connection} has a lower one. */
  public static final int PRIORITY = 100;

  private static final int BEHIND_AUTHENTICATION = Priorities.AUTHENTICATION + 500;

  private final List<GuardFilter> everywhere;
  private final List<Route> routes;
  private final boolean inServlets;

  private Guards(List<GuardFilter> everywhere, List<Route> routes, boolean inServlets) {
    this.everywhere = everywhere;
    this.routes = routes;
    this.inServlets = inServlets;
  }

  /**
   * Guards of every request.
   *
   * @param filters in their order; none if only resources are guarded
   * @return guards to be registered
   * @throws NullPointerException if a filter is null
   */
  public static Guards of(GuardFilter... filters) {
    return new Guards(List.of(filters), List.of(), false);
  }

  /**
   * The same, and guards of a resource's methods behind them, also of the sub-resources that its
   * locators return. The locators themselves run before.
   *
   * @param resource the class, or an interface or superclass of several
   * @param filters in their order
   * @return new guards
   * @throws NullPointerException if an argument is null
   */
  public Guards at(Class<?> resource, GuardFilter... filters) {
    List<Route> more = new ArrayList<>(routes);
    more.add(new Route(resource, List.of(filters)));
    return new Guards(everywhere, List.copyOf(more), inServlets);
  }

  /**
   * The same in a servlet container, which tells the {@link Connection} of each request.
   *
   * @return new guards
   */
  public Guards withServletConnection() {
    return new Guards(everywhere, routes, true);
  }

  @Override
  public boolean configure(FeatureContext context) {
    if (inServlets) {
      context.register(ServletConnectionFilter.class, PRIORITY - 1);
    }
    context.register(new ResponseFilter(), ResponseFilter.PRIORITY);
    context.register(new EveryRequest(everywhere), PRIORITY);
    context.register(new EachResource(routes));
    return true;
  }

  /** The guards. */
  @Override
  public String toString() {
    return "Guards[" + everywhere + ", " + routes + "]";
  }

  private record Route(Class<?> resource, List<GuardFilter> filters) {

    /** Also where a locator of the resource has led to another one. */
    boolean leadsTo(Class<?> declared, List<Object> matched) {
      return resource.isAssignableFrom(declared) || matched.stream().anyMatch(resource::isInstance);
    }
  }

  @PreMatching
  private record EveryRequest(List<GuardFilter> filters) implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) throws IOException {
      boolean unused = GuardFilter.pass(filters, request); // the last guards: none is left to skip
    }
  }

  private record EachResource(List<Route> routes) implements DynamicFeature {
    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
      context.register(new OneResource(routes, resource.getResourceClass()), BEHIND_AUTHENTICATION);
    }
  }

  private record OneResource(List<Route> routes, Class<?> declared)
      implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) throws IOException {
      List<Object> matched = request.getUriInfo().getMatchedResources();
      for (Route route : routes) {
        if (route.leadsTo(declared, matched) && !GuardFilter.pass(route.filters, request)) {
          return;
        }
      }
    }
  }
}
