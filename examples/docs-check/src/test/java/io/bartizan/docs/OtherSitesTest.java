package io.bartizan.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The check of links to other sites, against servers of this machine. */
@Timeout(120)
class OtherSitesTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<HttpServer> servers = new ArrayList<>();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final CountDownLatch end = new CountDownLatch(1);

  @TempDir Path folder;

  @AfterEach
  void stop() {
    end.countDown();
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }

  private interface Answer {
    void to(HttpExchange exchange) throws Exception;
  }

  private HttpServer site() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    servers.add(server);
    return server;
  }

  private URI page(HttpServer site, String path, Answer answer) {
    site.createContext(
        path,
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + path);
          try {
            answer.to(exchange);
          } catch (Exception e) {
            throw new IOException(e);
          } finally {
            exchange.close();
          }
        });
    return URI.create("http://127.0.0.1:" + site.getAddress().getPort() + path);
  }

  private static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private static Answer moved(String to) {
    return exchange -> {
      exchange.getResponseHeaders().add("Location", to);
      exchange.sendResponseHeaders(302, -1);
    };
  }

  @Test
  void page_thatIsThere_isNoFaultAndIsAskedForOnce() throws Exception {
    HttpServer site = site();
    URI here = page(site, "/here", status(200));
    URI empty = page(site, "/empty", status(204));
    URI moved = page(site, "/moved", moved("/here"));
    assertThat(new OtherSites(LONG).faults(List.of(here, empty, moved))).isEmpty();
    assertThat(asked)
        .containsExactlyInAnyOrder("GET /here", "GET /empty", "GET /moved", "GET /here");
  }

  @Test
  void page_thatIsNotThere_isAFaultWithItsStatus() throws Exception {
    HttpServer site = site();
    URI here = page(site, "/here", status(200));
    URI gone = page(site, "/gone", status(404));
    URI led = page(site, "/led", moved("/gone"));
    URI round = page(site, "/round", moved("/round"));
    Map<URI, String> faults = new OtherSites(LONG).faults(List.of(here, gone, led, round));
    assertThat(faults).containsOnlyKeys(gone, led, round);
    assertThat(faults).containsEntry(gone, "status 404").containsEntry(led, "status 404");
    assertThat(asked).filteredOn("GET /led"::equals).as("a 404 is not asked for again").hasSize(1);
  }

  @Test
  void answer_thatMayDifferLater_isAskedForTwice() throws Exception {
    HttpServer site = site();
    AtomicInteger calls = new AtomicInteger();
    URI restarted =
        page(site, "/once", e -> status(calls.getAndIncrement() == 0 ? 503 : 200).to(e));
    URI busy = page(site, "/busy", status(429));
    assertThat(new OtherSites(LONG).faults(List.of(restarted, busy)))
        .containsExactly(Map.entry(busy, "status 429"));
    assertThat(asked).containsExactlyInAnyOrder("GET /once", "GET /once", "GET /busy", "GET /busy");
  }

  @Test
  void site_thatDoesNotAnswerOrIsNotThere_isAFaultInBoundedTime() throws Exception {
    HttpServer site = site();
    URI silent = page(site, "/silent", exchange -> end.await());
    URI refused;
    try (ServerSocket closed = new ServerSocket(0)) {
      refused = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/");
    }
    Map<URI, String> faults =
        new OtherSites(Duration.ofMillis(300)).faults(List.of(silent, refused));
    assertThat(faults).containsOnlyKeys(silent, refused);
    assertThat(faults.get(silent)).isEqualTo("no answer within 300 ms");
  }

  @Test
  void body_withoutEnd_isNotRead() throws Exception {
    URI endless =
        page(
            site(),
            "/endless",
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              while (end.getCount() > 0) {
                exchange.getResponseBody().write(new byte[8192]); // fails when the client is gone
              }
            });
    assertThat(new OtherSites(LONG).faults(List.of(endless))).isEmpty();
  }

  @Test
  void sites_areAskedFourAtOnce_andEachForOnePageAtATime() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    CountDownLatch fifth = new CountDownLatch(1);
    List<URI> pages = new ArrayList<>();
    List<AtomicInteger> mostOfASite = new ArrayList<>();
    for (int number = 0; number < 6; number++) {
      HttpServer site = site();
      AtomicInteger nowHere = new AtomicInteger();
      AtomicInteger mostHere = new AtomicInteger();
      mostOfASite.add(mostHere);
      for (String path : List.of("/a", "/b", "/c")) {
        pages.add(
            page(
                site,
                path,
                exchange -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  mostHere.accumulateAndGet(nowHere.incrementAndGet(), Math::max);
                  four.countDown();
                  if (now.get() > 4) {
                    fifth.countDown();
                  }
                  boolean together = four.await(LONG.toSeconds(), TimeUnit.SECONDS);
                  fifth.await(200, TimeUnit.MILLISECONDS); // which does not come
                  now.decrementAndGet();
                  nowHere.decrementAndGet();
                  status(together ? 200 : 500).to(exchange);
                }));
      }
    }
    assertThat(new OtherSites(LONG.multipliedBy(2)).faults(pages)).isEmpty();
    assertThat(most).hasValue(4);
    assertThat(mostOfASite).allSatisfy(here -> assertThat(here).hasValue(1));
    assertThat(asked).hasSize(18);
  }

  @Test
  void linked_arePagesOfOtherSites_withoutFragments() throws Exception {
    Path page =
        Files.writeString(
            folder.resolve("page.md"),
            """
            [a](https://a.example/x#part) and [again](https://a.example/x#other), <http://b.example/>
            [ours](other.md) [mail](mailto:x@a.example) `https://code.example/` ![c](https://c.example/i.png)
            """,
            UTF_8);
    assertThat(OtherSites.linked(List.of(page)))
        .containsOnlyKeys(
            URI.create("http://b.example/"),
            URI.create("https://a.example/x"),
            URI.create("https://c.example/i.png"))
        .allSatisfy((uri, from) -> assertThat(from).hasSize(1));
  }

  /** Else a change would be red or green by the state of another site. */
  @Test
  void no_tier_runsWhatAsksOtherSites() throws Exception {
    assertThat(OtherSitesIT.class.getAnnotation(Tag.class).value()).isEqualTo("online");
    String pom = Pages.text("pom.xml");
    assertThat(pom).containsOnlyOnce("<test.excludedGroups>deep,online</test.excludedGroups>");
    assertThat(pom.split("<id>deep</id>", -1)[1].split("</profile>", -1)[0])
        .contains("<test.excludedGroups>online</test.excludedGroups>");
  }
}
