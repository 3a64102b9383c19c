package io.bartizan.spring.caller;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** A servlet request as a limit sees its caller. */
public final class ServletCaller {

  private ServletCaller() {}

  /** For the limit alone: whoever serves the request gets the one that came. */
  public static HttpServletRequest of(HttpServletRequest request, CountedCaller counted) {
    return counted.isPlain() ? request : new Seen(request, counted);
  }

  private static final class Seen extends HttpServletRequestWrapper {
    private final CountedCaller counted;

    Seen(HttpServletRequest request, CountedCaller counted) {
      super(request);
      this.counted = counted;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
      @Nullable Principal caller = super.getUserPrincipal();
      return caller == null ? null : counted.of(caller);
    }
  }
}
