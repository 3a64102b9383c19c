package io.bartizan.testkit;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * Tries a TLS server or client, whatever framework it runs in, with every {@link BadCertificate} in
 * real handshakes. Each is made twice so that the second may resume the first.
 *
 * <p>The stack under test trusts {@link #roots()}, expects one of the two names, and shows {@link
 * #goodServer()} or {@link #goodClient()}. A good peer is tried before and after, so that a stack
 * which refuses everyone fails too. Thread-safe.
 *
 * <pre>{@code
 * PeerTrial trial = PeerTrial.of("billing.internal", "spiffe://prod.example/billing");
 * assertThat(trial.clientsServedBy(server.getPort())).isEmpty();
 * assertThat(trial.serversAskedBy(port -> client.get("https://localhost:" + port))).isEmpty();
 * }</pre>
 */
public final class PeerTrial {

  private final DevCa ca = DevCa.of("Trial Root");
  private final DevCertificate goodServer;
  private final DevCertificate goodClient;
  private final Map<BadCertificate, DevCertificate> servers;
  private final Map<BadCertificate, DevCertificate> clients;

  private PeerTrial(String dnsName, String spiffeId) {
    BadCertificates ofServer = BadCertificates.ofServer(ca, dnsName, spiffeId);
    BadCertificates ofClient = BadCertificates.ofClient(ca, dnsName, spiffeId);
    goodServer = ofServer.good();
    goodClient = ofClient.good();
    servers = all(ofServer);
    clients = all(ofClient);
  }

  /** One request of the client under test. */
  @FunctionalInterface
  public interface Request {
    /**
     * Sends an HTTPS request and reads the answer.
     *
     * @param port the server's port on the loopback address
     * @throws Exception if the client refuses the server, in whatever way it says so
     */
    void send(int port) throws Exception;
  }

  /** One attempt of an attacker, over whatever protocol the stack under test speaks. */
  @FunctionalInterface
  public interface Attempt {
    /**
     * Lets the attacker's end meet the end under test.
     *
     * @param attacker shows one certificate and believes anyone; the same for both attempts of a
     *     kind, so that the second may resume the first
     * @return whether the end under test took the attacker for good
     * @throws Exception if it refused, in whatever way it says so
     */
    boolean succeeds(SSLContext attacker) throws Exception;
  }

  /**
   * Makes all certificates.
   *
   * @param dnsName the DNS name that is expected of peers; has a dot
   * @param spiffeId the SPIFFE ID that is expected of peers; has a path
   * @return a trial
   * @throws IllegalArgumentException if a name is not of that form
   */
  public static PeerTrial of(String dnsName, String spiffeId) {
    return new PeerTrial(dnsName, spiffeId);
  }

  /**
   * What the server under test shows, and what the client under test meets first.
   *
   * @return a good certificate with both names
   */
  public DevCertificate goodServer() {
    return goodServer;
  }

  /**
   * What the client under test shows, and what the server under test meets first.
   *
   * @return a good certificate with both names
   */
  public DevCertificate goodClient() {
    return goodClient;
  }

  /**
   * What the stack under test trusts: all roots that the kinds need to be trusted. The expired leaf
   * of {@link BadCertificate#EXPIRED_LEAF_AMONG_ROOTS} is not among them, since a sound stack does
   * not load it.
   *
   * @return certificates of CAs
   */
  public List<X509Certificate> roots() {
    return Stream.concat(
            Stream.of(ca.certificate()),
            Stream.of(servers, clients)
                .flatMap(cast -> cast.entrySet().stream())
                .filter(entry -> entry.getKey() != BadCertificate.EXPIRED_LEAF_AMONG_ROOTS)
                .map(entry -> entry.getValue().root()))
        .distinct()
        .toList();
  }

  /**
   * Connects to an HTTPS server on the loopback address as every kind of bad client.
   *
   * @param port the server's port
   * @return the kinds that were served; should be empty
   * @throws IllegalStateException if the good client is not served
   */
  public List<BadCertificate> clientsServedBy(int port) {
    RogueClient good = RogueClient.showing(goodClient);
    require(good.isServedBy(port), "the good client is not served");
    List<BadCertificate> served = new ArrayList<>();
    clients.forEach(
        (kind, certificate) -> {
          RogueClient rogue = RogueClient.showing(certificate);
          boolean first = rogue.isServedBy(port);
          boolean again = rogue.isServedBy(port);
          if (first || again) {
            served.add(kind);
          }
        });
    require(good.isServedBy(port), "the good client is no longer served");
    return served;
  }

  /**
   * Lets a client meet every kind of bad server, all on one port of the loopback address.
   *
   * @param request one request of the client
   * @return the kinds that got a request, or that the client took for good; should be empty
   * @throws IllegalStateException if the client does not ask the good server
   */
  public List<BadCertificate> serversAskedBy(Request request) {
    List<BadCertificate> asked = new ArrayList<>();
    try (RogueServer server = RogueServer.showing(goodServer)) {
      require(succeeds(request, server), "the good server is not asked");
      servers.forEach(
          (kind, certificate) -> {
            server.show(certificate);
            long before = server.requests();
            boolean first = succeeds(request, server);
            boolean again = succeeds(request, server);
            if (first || again || server.requests() != before) {
              asked.add(kind);
            }
          });
      server.show(goodServer);
      require(succeeds(request, server), "the good server is no longer asked");
    }
    return asked;
  }

  /**
   * Meets a server under test as every kind of bad client, by a protocol other than HTTP/1.1.
   *
   * @param attempt connects with the attacker's context
   * @return the kinds that were served; should be empty
   * @throws IllegalStateException if the good client is not served
   */
  public List<BadCertificate> clientsServed(Attempt attempt) {
    return taken(attempt, goodClient, clients, "the good client is");
  }

  /**
   * Meets a client under test as every kind of bad server, by a protocol other than HTTP/1.1.
   *
   * @param attempt serves with the attacker's context and lets the client call
   * @return the kinds that were believed; should be empty
   * @throws IllegalStateException if the good server is not believed
   */
  public List<BadCertificate> serversBelieved(Attempt attempt) {
    return taken(attempt, goodServer, servers, "the good server is");
  }

  private static List<BadCertificate> taken(
      Attempt attempt,
      DevCertificate good,
      Map<BadCertificate, DevCertificate> bad,
      String subject) {
    require(succeeds(attempt, RogueTls.context(good)), subject + " not accepted");
    List<BadCertificate> taken = new ArrayList<>();
    bad.forEach(
        (kind, certificate) -> {
          SSLContext attacker = RogueTls.context(certificate);
          boolean first = succeeds(attempt, attacker);
          boolean again = succeeds(attempt, attacker);
          if (first || again) {
            taken.add(kind);
          }
        });
    require(succeeds(attempt, RogueTls.context(good)), subject + " no longer accepted");
    return taken;
  }

  private static boolean succeeds(Attempt attempt, SSLContext attacker) {
    try {
      return attempt.succeeds(attacker);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (Exception e) {
      return false;
    }
  }

  private static boolean succeeds(Request request, RogueServer server) {
    try {
      request.send(server.port());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (Exception e) {
      return false;
    }
  }

  private static Map<BadCertificate, DevCertificate> all(BadCertificates factory) {
    Map<BadCertificate, DevCertificate> all = new EnumMap<>(BadCertificate.class);
    for (BadCertificate kind : BadCertificate.values()) {
      all.put(kind, factory.of(kind));
    }
    return all;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
