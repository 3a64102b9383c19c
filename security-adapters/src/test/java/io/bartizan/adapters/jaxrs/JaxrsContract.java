package io.bartizan.adapters.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.FilterContract;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.RawHttp;
import io.bartizan.adapters.RawHttp.Reply;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCertificate;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the guards promise, asked of Jersey in one container by hostile requests. */
abstract class JaxrsContract extends FilterContract<GuardFilter> {

  static final char[] PASSWORD = "changeit".toCharArray();

  final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final Logger log = Logger.getLogger("org.glassfish.jersey");

  @BeforeEach
  void quiet() {
    log.setLevel(Level.OFF);
  }

  /** The application. */
  @Path("/")
  public final class App {

    @GET
    @Produces("text/plain")
    public String root(@Context ContainerRequestContext request, @Context SecurityContext caller) {
      served.incrementAndGet();
      peer = request.getProperty(PeerIdentityFilter.PEER);
      Principal principal = caller.getUserPrincipal();
      return principal == null ? "nobody" : principal.getName();
    }

    @POST
    @Path("body")
    @Produces("text/plain;charset=UTF-8")
    public String body(@Context ContainerRequestContext request, byte[] read) {
      served.incrementAndGet();
      VerifiedWebhook webhook = (VerifiedWebhook) request.getProperty(WebhookFilter.WEBHOOK);
      if (failing) {
        throw new IllegalStateException("boom");
      }
      return new String(read, StandardCharsets.UTF_8) + "|" + webhook.text();
    }

    @POST
    @Path("late")
    public void late(@Suspended AsyncResponse response) {
      served.incrementAndGet();
      threads.execute(() -> response.resume(Response.status(failing ? 500 : 200).build()));
    }

    @POST
    @Path("nothing")
    public void nothing() {
      served.incrementAndGet();
    }

    @POST
    @Path("stream")
    public StreamingOutput stream() {
      served.incrementAndGet();
      return out -> {
        if (failing) {
          throw new IOException("boom");
        }
        out.write("streamed".getBytes(StandardCharsets.UTF_8));
      };
    }

    @Path("orders")
    public Orders orders() {
      return new Orders();
    }

    @Path("open")
    public Open open() {
      return new Open();
    }
  }

  /** A sub-resource. */
  public static final class Orders {
    @GET
    public String get() {
      return "orders";
    }

    @Path("items")
    public Open items() {
      return new Open();
    }
  }

  /** A sub-resource of others. */
  public static final class Open {
    @GET
    public String get() {
      return "open";
    }
  }

  /** The application's own judge of its responses. */
  private final class Overruling implements ContainerResponseFilter {
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
      if (failing) {
        response.setStatus(500);
      }
    }
  }

  /** The application's own authentication. */
  private static final class Login implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
      String name = request.getHeaderString("X-Login");
      SecurityContext before = request.getSecurityContext();
      request.setSecurityContext(
          new SecurityContext() {
            @Override
            public Principal getUserPrincipal() {
              return name == null ? null : () -> name;
            }

            @Override
            public boolean isUserInRole(String role) {
              return true;
            }

            @Override
            public boolean isSecure() {
              return before.isSecure();
            }

            @Override
            public String getAuthenticationScheme() {
              return "Login";
            }
          });
    }
  }

  /** Starts with the application's classes and what tells the connection, if it is to be told. */
  abstract int start(DevCertificate own, ResourceConfig application) throws Exception;

  /** The same guards, where the connection is told. */
  abstract ResourceConfig told(Guards guards);

  private int start(DevCertificate own, Guards guards) throws Exception {
    return start(own, told(guards).registerInstances(new App()));
  }

  @Override
  protected int start(DevCertificate own, List<GuardFilter> filters) throws Exception {
    return start(own, Guards.of(filters.toArray(new GuardFilter[0])));
  }

  @Override
  protected GuardFilter limit(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitFilter.of(limiter.blocking(), caller);
  }

  @Override
  protected GuardFilter inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitFilter.of(limiter, caller);
  }

  @Override
  protected GuardFilter token(JwtVerifier verifier, String... scopes) {
    return BearerTokenFilter.of(verifier, scopes);
  }

  @Override
  protected GuardFilter webhook(WebhookVerifier verifier, int maxBytes) {
    return WebhookFilter.of(verifier, maxBytes);
  }

  @Override
  protected GuardFilter peerIdentity() {
    return PeerIdentityFilter.of();
  }

  @Test
  void limit_ofAPathThatIsNotThere_isCountedToo() throws Exception {
    serve(twoEach(direct()));
    assertThat(RawHttp.get(port, "/missing").status()).isEqualTo(404);
    assertThat(RawHttp.get(port, "/missing").field("RateLimit")).startsWith("\"api\";r=0;");
    assertThat(RawHttp.get(port, "/missing").status()).isEqualTo(429);
  }

  @Test
  void guards_ofAResource_guardItsMethodsAndWhatItsLocatorsReturn_andNoOther() throws Exception {
    port =
        start(
            null,
            Guards.of(RateLimitFilter.of(Issued.nineEach(), direct()))
                .at(
                    Orders.class,
                    BearerTokenFilter.of(issued.verifier()),
                    RateLimitFilter.of(Issued.twoEach(), CallerKey.claim("tenant"))));
    assertThat(RawHttp.get(port, "/open").body()).isEqualTo("open");
    assertThat(RawHttp.get(port, "/orders").status()).isEqualTo(401);
    Reply refused = RawHttp.get(port, "/orders/items");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.field("RateLimit")).startsWith("\"flood\";r=6;");
    String good = "Authorization: Bearer " + issued.token("acme", "amy");
    assertThat(RawHttp.get(port, "/orders", good).body()).isEqualTo("orders");
    assertThat(RawHttp.get(port, "/orders/items", good).field("RateLimit"))
        .startsWith("\"api\";r=0;")
        .contains("\"flood\";r=4;");
    assertThat(RawHttp.get(port, "/orders/items", good).status()).isEqualTo(429);
  }

  @Test
  void limit_byAddress_whereNobodyTellsTheConnection_servesNobodyAndSaysWhy() throws Exception {
    port =
        start(
            null,
            new ResourceConfig()
                .registerInstances(new App())
                .register(Guards.of(twoEach(direct()), twoEach(direct()))));
    Reply reply = RawHttp.get(port, "/");
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).contains("\"reason\":\"address-unknown\"");
    assertThat(served).hasValue(0);
  }

  @Test
  void limit_thatStandsTwice_countsOnce() throws Exception {
    GuardFilter twice = twoEach(direct());
    serve(twice, twice);
    assertThat(RawHttp.get(port, "/").field("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(429);
  }

  /** In the application's own filter at AUTHENTICATION, registered behind the guards. */
  @Test
  void limit_byPrincipal_ofAResource_standsBehindTheApplicationsAuthentication() throws Exception {
    port =
        start(
            null,
            new ResourceConfig()
                .registerInstances(new App())
                .register(Guards.of().at(Orders.class, twoEach(CallerKey.principal())))
                .register(new Login(), Priorities.AUTHENTICATION));
    for (int status : new int[] {200, 200, 429}) {
      assertThat(RawHttp.get(port, "/orders", "X-Login: amy").status()).isEqualTo(status);
    }
    assertThat(RawHttp.get(port, "/orders", "X-Login: bob").status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/orders").status()).isEqualTo(500);
  }

  @Test
  void webhook_whoseResponseCannotBeWritten_isAcceptedAgain() throws Exception {
    serve(webhook(Issued.webhooks(), 1000));
    failing = true;
    String signature = Issued.signature("{}");
    assertThat(RawHttp.post(port, "/stream", "{}", signature).status()).isEqualTo(500);
    failing = false;
    assertThat(RawHttp.post(port, "/stream", "{}", signature).body()).isEqualTo("streamed");
    assertThat(RawHttp.post(port, "/stream", "{}", signature).body()).isEmpty();
    assertThat(served).hasValue(2);
  }

  @Test
  void webhook_endsWithTheStatusThatTheLastFilterGives() throws Exception {
    Guards guards = Guards.of(webhook(Issued.webhooks(), 1000));
    port = start(null, told(guards).registerInstances(new App()).register(new Overruling(), 10));
    failing = true;
    String signature = Issued.signature("{}");
    assertThat(RawHttp.post(port, "/nothing", "{}", signature).status()).isEqualTo(500);
    failing = false;
    assertThat(RawHttp.post(port, "/nothing", "{}", signature).status()).isEqualTo(204);
    assertThat(RawHttp.post(port, "/nothing", "{}", signature).status()).isEqualTo(200);
    assertThat(served).hasValue(2);
  }
}
