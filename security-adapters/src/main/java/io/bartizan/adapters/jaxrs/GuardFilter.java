package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.ratelimit.RateLimitFields;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** One step of {@link Guards}: a rate limit, a bearer token, a peer identity or a webhook. */
public abstract class GuardFilter {

  GuardFilter() {}

  /** The response to a request that ends here; empty if it goes on. */
  abstract Optional<Answer> guard(ContainerRequestContext request) throws IOException;

  /** Whether the request goes on. */
  static boolean pass(List<GuardFilter> chain, ContainerRequestContext request) throws IOException {
    for (GuardFilter each : chain) {
      Optional<Answer> refused = each.guard(request);
      if (refused.isPresent()) {
        request.abortWith(response(refused.get()));
        return false;
      }
    }
    return true;
  }

  private static Response response(Answer answer) {
    Response.ResponseBuilder response = Response.status(answer.status());
    answer.fields(response::header);
    byte[] body = answer.body();
    if (body.length > 0) {
      response.type(RateLimitFields.PROBLEM_MEDIA_TYPE).entity(body);
    }
    return response.build();
  }
}
