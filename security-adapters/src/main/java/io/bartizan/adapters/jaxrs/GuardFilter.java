package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.IOException;
import java.util.Optional;

/** One step of {@link Guards}: a rate limit, a bearer token, a peer identity or a webhook. */
public abstract class GuardFilter {

  GuardFilter() {}

  /** The response to a request that ends here; empty if it goes on. */
  abstract Optional<Answer> guard(ContainerRequestContext request) throws IOException;
}
