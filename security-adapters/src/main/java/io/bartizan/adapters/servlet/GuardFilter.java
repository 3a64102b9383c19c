package io.bartizan.adapters.servlet;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.ratelimit.RateLimitFields;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Lets HTTP requests alone come to a guard; what is none can't be guarded and ends. */
abstract class GuardFilter implements Filter {

  abstract void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException;

  @Override
  public final void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request instanceof HttpServletRequest asked
        && response instanceof HttpServletResponse answered) {
      guard(asked, answered, chain);
    } else {
      throw new ServletException(getClass().getSimpleName() + " guards HTTP requests alone");
    }
  }

  /** Bytes and no writer, which would add a charset to the media type. */
  static void send(HttpServletResponse response, Answer answer) throws IOException {
    response.setStatus(answer.status());
    answer.fields(response::setHeader);
    byte[] body = answer.body();
    response.setContentLength(body.length);
    if (body.length > 0) {
      response.setContentType(RateLimitFields.PROBLEM_MEDIA_TYPE);
      response.getOutputStream().write(body);
    }
  }
}
