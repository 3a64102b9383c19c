package io.bartizan.spring;

import io.bartizan.adapters.servlet.WebhookFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.springframework.web.util.pattern.PathPattern;

/** Verifies the requests to the paths of webhooks, whatever their method. */
final class WebhookPathFilter implements Filter {

  private record Step(PathPattern path, WebhookFilter filter) {}

  private final List<Step> steps;

  WebhookPathFilter(ConfiguredWebhooks webhooks) {
    steps =
        webhooks.list().stream()
            .map(each -> new Step(each.path(), WebhookFilter.of(each.verifier(), each.maxBytes())))
            .toList();
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest sent)) {
      throw new ServletException("webhooks are HTTP requests");
    }
    Asked asked = LimitFilter.asked(sent);
    for (Step step : steps) {
      if (asked.isAnySpelling(step.path)) {
        step.filter.doFilter(request, response, chain);
        return;
      }
    }
    chain.doFilter(request, response);
  }
}
