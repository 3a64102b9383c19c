package io.bartizan.adapters.servlet;

import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.integrity.mac.VerifiedWebhook;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The request whose body are the verified bytes, and which tells when an async one has ended. */
final class WebhookRequest extends HttpServletRequestWrapper {

  private static final String FORM = "application/x-www-form-urlencoded";

  private final VerifiedBody body;
  private final @Nullable AsyncListener ending;
  private @Nullable BufferedReader reader;
  private volatile boolean endedLater;

  private WebhookRequest(
      HttpServletRequest request, VerifiedWebhook webhook, @Nullable AsyncListener ending) {
    super(request);
    this.ending = ending;
    body = new VerifiedBody(webhook.body());
  }

  /** The request as the filter hands it on; an async one ends the webhook with its response. */
  static WebhookRequest first(
      HttpServletRequest request, HttpServletResponse response, VerifiedWebhook webhook) {
    return new WebhookRequest(request, webhook, new Ending(webhook, response));
  }

  /** A later dispatch of the same request. */
  static WebhookRequest again(HttpServletRequest request, VerifiedWebhook webhook) {
    return new WebhookRequest(request, webhook, null);
  }

  /** Whether the response is not there yet when the servlet returns. */
  boolean isEndedLater() {
    return endedLater;
  }

  @Override
  public ServletInputStream getInputStream() {
    return body;
  }

  /** In the declared charset, else UTF-8, as JSON is. */
  @Override
  public BufferedReader getReader() throws IOException {
    BufferedReader known = reader;
    if (known == null) {
      String charset = getCharacterEncoding();
      known =
          new BufferedReader(
              charset == null
                  ? new InputStreamReader(body, StandardCharsets.UTF_8)
                  : new InputStreamReader(body, charset));
      reader = known;
    }
    return known;
  }

  /**
   * Empty instead of null where the body is a form: without a query, Spring MVC takes the body of a
   * form from its parameters, of which none are left, and not from the stream.
   */
  @Override
  public @Nullable String getQueryString() {
    String query = super.getQueryString();
    String type = getContentType();
    return query == null && type != null && type.contains(FORM) ? "" : query;
  }

  @Override
  public AsyncContext startAsync() {
    return watched(super.startAsync());
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return watched(super.startAsync(request, response));
  }

  private AsyncContext watched(AsyncContext context) {
    if (ending != null) {
      endedLater = true;
      context.addListener(ending);
    }
    return context;
  }

  private record Ending(VerifiedWebhook webhook, HttpServletResponse response)
      implements AsyncListener {

    @Override
    public void onComplete(AsyncEvent event) {
      WebhookGate.end(webhook, response.getStatus());
    }

    /** Whoever answers now ends the webhook by it; nobody can answer what has begun. */
    @Override
    public void onTimeout(AsyncEvent event) {
      if (response.isCommitted()) {
        webhook.abandon();
      }
    }

    @Override
    public void onError(AsyncEvent event) {
      webhook.abandon();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this); // the next cycle starts without listeners
    }
  }
}
