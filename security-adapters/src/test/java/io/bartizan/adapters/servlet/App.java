package io.bartizan.adapters.servlet;

import io.bartizan.integrity.mac.VerifiedWebhook;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The application behind the filters. */
@SuppressWarnings("serial")
final class App extends HttpServlet {

  static final List<String> PATHS =
      List.of(
          "/body",
          "/reader",
          "/listen",
          "/async",
          "/async-late",
          "/async-boom",
          "/async-in-time",
          "/dispatch",
          "/forward",
          "/missing",
          "/boom",
          "/");

  final AtomicInteger served = new AtomicInteger();
  volatile boolean failing;
  volatile Object peer;
  volatile String busy;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    served.incrementAndGet();
    peer = request.getAttribute(PeerIdentityFilter.PEER);
    switch (request.getServletPath()) {
      case "/body" -> {
        byte[] read = request.getInputStream().readAllBytes();
        VerifiedWebhook webhook = (VerifiedWebhook) request.getAttribute(WebhookFilter.WEBHOOK);
        int more = request.getInputStream().read();
        say(response, new String(read, StandardCharsets.UTF_8) + "|" + webhook.text() + "|" + more);
      }
      case "/reader" -> say(response, request.getReader().readLine());
      case "/listen" -> listen(request, response);
      case "/async", "/async-late" -> {
        AsyncContext async = request.startAsync();
        async.start(
            () -> {
              busy = request.getServletPath();
              if (failing) {
                response.setStatus(500);
              }
              async.complete();
            });
      }
      case "/async-in-time" -> {
        AsyncContext async = request.startAsync();
        async.setTimeout(100);
        async.addListener(new AtTimeOut());
      }
      case "/async-boom" -> {
        request.startAsync();
        throw new ServletException("after startAsync");
      }
      case "/dispatch" -> {
        busy = "/dispatch";
        request.startAsync().dispatch("/");
      }
      case "/forward" -> request.getRequestDispatcher("/").forward(request, response);
      case "/missing" -> response.sendError(404);
      case "/boom" -> throw new ServletException("boom");
      default ->
          say(
              response,
              request.getRemoteUser()
                  + "/"
                  + (request.getUserPrincipal() == null
                      ? null
                      : request.getUserPrincipal().getName())
                  + "/"
                  + request.getAuthType());
    }
  }

  /** Answers what was not answered in time, unless it fails: the container does then. */
  private final class AtTimeOut implements AsyncListener {

    @Override
    public void onTimeout(AsyncEvent event) {
      if (!failing) {
        event.getAsyncContext().complete();
      }
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }

  private static void listen(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    AsyncContext async = request.startAsync();
    ServletInputStream in = request.getInputStream();
    StringBuilder heard = new StringBuilder();
    in.setReadListener(
        new ReadListener() {
          @Override
          public void onDataAvailable() throws IOException {
            heard.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
          }

          @Override
          public void onAllDataRead() throws IOException {
            say(response, heard.toString());
            async.complete();
          }

          @Override
          public void onError(Throwable problem) {
            async.complete();
          }
        });
  }

  private static void say(HttpServletResponse response, String text) throws IOException {
    response.setContentType("text/plain;charset=UTF-8");
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
