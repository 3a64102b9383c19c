package io.bartizan.docs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks other sites whether they have the pages that the project's pages link to.
 *
 * <p>One site gets one request at a time, and four sites at once at most. A page is there if the
 * answer is 2xx after redirects, none of which leads from {@code https} to {@code http}. What may
 * be different a moment later (no answer, 429, 5xx) is asked a second time after all others.
 */
final class OtherSites {

  private static final int SITES_AT_ONCE = 4;

  private final HttpClient client;
  private final Duration limit;

  /**
   * @param limit for each answer, redirects and all
   */
  OtherSites(Duration limit) {
    this.limit = limit;
    client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(limit)
            .build();
  }

  /** The pages of other sites, without their fragments, and which of the project's link there. */
  static Map<URI, Set<String>> linked(Collection<Path> pages) {
    Map<URI, Set<String>> linked = new TreeMap<>();
    for (Path page : pages) {
      for (String link : Pages.links(page)) {
        if (link.matches("https?:.*")) {
          linked
              .computeIfAbsent(URI.create(link.replaceFirst("#.*", "")), uri -> new TreeSet<>())
              .add(Pages.ROOT.relativize(page).toString());
        }
      }
    }
    return linked;
  }

  /** What is wrong with each page that is not there. */
  Map<URI, String> faults(Collection<URI> pages) throws InterruptedException {
    Map<URI, Fault> faults = asked(pages);
    List<URI> again = new ArrayList<>();
    faults.forEach(
        (page, fault) -> {
          if (fault.maybeNotForLong()) {
            again.add(page);
          }
        });
    again.forEach(faults::remove);
    faults.putAll(asked(again));
    Map<URI, String> said = new TreeMap<>();
    faults.forEach((page, fault) -> said.put(page, fault.text()));
    return said;
  }

  private record Fault(String text, boolean maybeNotForLong) {}

  private Map<URI, Fault> asked(Collection<URI> pages) throws InterruptedException {
    Map<String, Set<URI>> sites = new TreeMap<>();
    for (URI page : pages) {
      sites.computeIfAbsent(page.getRawAuthority(), site -> new TreeSet<>()).add(page);
    }
    Map<URI, Fault> faults = new ConcurrentSkipListMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(SITES_AT_ONCE);
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (Set<URI> site : sites.values()) {
        asked.add(
            threads.submit(
                () -> {
                  for (URI page : site) {
                    Fault fault = fault(page);
                    if (fault != null) {
                      faults.put(page, fault);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : asked) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return faults;
  }

  private @Nullable Fault fault(URI page) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(page).header("User-Agent", "bartizan-docs-check").GET().build();
    CompletableFuture<HttpResponse<InputStream>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
    try {
      HttpResponse<InputStream> response = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      response.body().close(); // the status says enough
      int status = response.statusCode();
      if (status / 100 == 2) {
        return null;
      }
      return new Fault("status " + status, status == 429 || status / 100 == 5);
    } catch (TimeoutException e) {
      answer.cancel(true);
      return new Fault("no answer within " + limit.toMillis() + " ms", true);
    } catch (ExecutionException e) {
      return new Fault(String.valueOf(e.getCause()), true);
    } catch (IOException e) {
      return new Fault(e.toString(), true);
    }
  }
}
