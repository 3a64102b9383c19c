package io.bartizan.spring.method;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The response of a limit's filter that writes nothing yet. */
public final class KeptResponse extends HttpServletResponseWrapper {

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;

  /**
   * A view of a response.
   *
   * @param response stays as it is
   */
  public KeptResponse(HttpServletResponse response) {
    super(response);
  }

  /**
   * The answer that was kept.
   *
   * @return what the filter would have written
   */
  public MethodRefusal answer() {
    return new MethodRefusal(status, Map.copyOf(fields), body.toByteArray());
  }

  @Override
  public void setStatus(int sc) {
    status = sc;
  }

  @Override
  public void setHeader(String name, String value) {
    fields.put(name, value);
  }

  @Override
  public void setContentType(String mediaType) {
    fields.put("Content-Type", mediaType);
  }

  @Override
  public void setContentLength(int length) {
    // the body's own
  }

  @Override
  public ServletOutputStream getOutputStream() {
    return new ServletOutputStream() {
      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setWriteListener(WriteListener listener) {
        throw new IllegalStateException("a kept answer is written at once");
      }

      @Override
      public void write(int b) {
        body.write(b);
      }
    };
  }
}
