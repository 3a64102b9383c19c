package io.bartizan.examples.gateway.demonstration;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Drives the gateway with real HTTPS requests: good ones, and one for each refusal. */
public final class Visit {

  private static final int FLOOD = 400;
  private static final String REFUSED = "connection refused by TLS";

  private final URI base;
  private final Visitors visitors;
  private final Tokens tokens;
  private final List<Row> rows = new ArrayList<>();

  public Visit(URI base, Visitors visitors, Tokens tokens) {
    this.base = base;
    this.visitors = visitors;
    this.tokens = tokens;
  }

  public List<Row> rows() throws InterruptedException {
    good();
    connections();
    tokens();
    carts();
    rates();
    artifacts();
    return rows;
  }

  private void good() throws InterruptedException {
    expect("account with a good token", "200", send(get("/account", tokens.good())));
    expect("admin page with the scope", "200", send(get("/admin", tokens.admin())));
    expect("a sound artifact", "200", send(get("/artifacts/tool")));
  }

  private void connections() throws InterruptedException {
    expect(
        "no client certificate",
        REFUSED,
        send(visitors.withoutCertificate(), get("/account", tokens.good())));
    expect(
        "certificate of our CA, wrong SAN",
        REFUSED,
        send(visitors.stranger(), get("/account", tokens.good())));
  }

  private void tokens() throws InterruptedException {
    expect("no token", "401 bearer-token-missing", send(get("/account")));
    expect(
        "token with alg none",
        "401 algorithm-not-allowed",
        send(get("/account", tokens.unsigned())));
    expect(
        "RS256 key used as HS256 secret",
        "401 algorithm-not-allowed",
        send(get("/account", tokens.confused())));
    expect("expired token", "401 expired", send(get("/account", tokens.expired())));
    expect(
        "token for another audience",
        "401 audience-mismatch",
        send(get("/account", tokens.forSomebodyElse())));
    expect("garbage token", "401 malformed", send(get("/account", "not a token")));
    expect("admin page without the scope", "403 scope-missing", send(get("/admin", tokens.good())));
  }

  private void carts() throws InterruptedException {
    HttpRequest post =
        request("/cart", Material.SHOP_KEY)
            .POST(HttpRequest.BodyPublishers.ofString("3 apples"))
            .build();
    Answer signed = send(post);
    expect("sign a cart", "200", signed);
    String cart = signed.body();
    expect("the signed cart comes back", "200", send(cart(cart, Material.SHOP_KEY)));
    int inTag = cart.length() - 20;
    String swapped = cart.charAt(inTag) == 'A' ? "B" : "A";
    String tampered = cart.substring(0, inTag) + swapped + cart.substring(inTag + 1);
    expect("tampered cart", "400 signature-invalid", send(cart(tampered, Material.SHOP_KEY)));
    expect(
        "cart of another customer", "400 signature-invalid", send(cart(cart, Material.FLOOD_KEY)));
    expect("no cart", "400 cart-missing", send(get("/cart")));
  }

  private void rates() throws InterruptedException {
    expect(
        "no API key",
        "401 api-key-missing",
        send(HttpRequest.newBuilder(base.resolve("/cart")).build()));
    expect("unknown API key", "401 api-key-unknown", send(request("/cart", "guess").build()));
    Answer last = send(request("/artifacts/tool", Material.FLOOD_KEY).build());
    for (int i = 0; i < FLOOD && last.status() != 429; i++) {
      last = send(request("/artifacts/tool", Material.FLOOD_KEY).build());
    }
    String fields = "429 with retry-after, ratelimit, policy";
    boolean complete =
        last.headers()
            .keySet()
            .containsAll(List.of("retry-after", "ratelimit", "ratelimit-policy"));
    rows.add(
        new Row(
            "flooded API key", fields, last.status() == 429 && complete ? fields : last.summary()));
  }

  private void artifacts() throws InterruptedException {
    expect(
        "artifact changed on the gateway's disk",
        "502 digest-mismatch",
        send(get("/artifacts/tampered")));
    expect(
        "artifact that does not exist", "404 no-such-route", send(get("/artifacts/..%2fca.pem")));
  }

  private void expect(String request, String expected, Answer answer) {
    rows.add(new Row(request, expected, answer.summary()));
  }

  private HttpRequest get(String path) {
    return request(path, Material.SHOP_KEY).build();
  }

  private HttpRequest get(String path, String token) {
    return request(path, Material.SHOP_KEY).header("Authorization", "Bearer " + token).build();
  }

  private HttpRequest cart(String cart, String apiKey) {
    return request("/cart", apiKey).header("X-Cart", cart).build();
  }

  private HttpRequest.Builder request(String path, String apiKey) {
    return HttpRequest.newBuilder(base.resolve(path))
        .header("X-Api-Key", apiKey)
        .timeout(Duration.ofSeconds(20));
  }

  private Answer send(HttpRequest request) throws InterruptedException {
    return send(visitors.shop(), request);
  }

  private static Answer send(HttpClient client, HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return new Answer(
          response.statusCode(), response.body(), new TreeMap<>(response.headers().map()));
    } catch (ConnectException | HttpTimeoutException broken) {
      return new Answer(0, broken.toString(), Map.of());
    } catch (IOException refused) {
      // In TLS 1.3 a client learns of the refusal after its handshake: by an alert, or by silence.
      return new Answer(0, REFUSED, Map.of());
    }
  }

  /** What came back; status 0 is a connection that never was. */
  private record Answer(int status, String body, Map<String, List<String>> headers) {

    private static final String MARK = "\"reason\":\"";

    String summary() {
      if (status == 0) {
        return body;
      }
      int start = body.indexOf(MARK);
      if (status < 400 || start < 0) {
        return Integer.toString(status);
      }
      start += MARK.length();
      return status + " " + body.substring(start, body.indexOf('"', start));
    }
  }
}
