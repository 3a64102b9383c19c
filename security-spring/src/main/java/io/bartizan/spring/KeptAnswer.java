package io.bartizan.spring;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps what a limit's filter answers, and writes nothing to the response yet. */
final class KeptAnswer extends HttpServletResponseWrapper {

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
  private String type = "";

  KeptAnswer(HttpServletResponse response) {
    super(response);
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
    type = mediaType;
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

  /** What a served request is told of its limit. */
  void sendFields(HttpServletResponse response) {
    fields.forEach(response::setHeader);
  }

  /** The refusal, in the place of what a handler may have written. */
  void send(HttpServletResponse response) throws IOException {
    response.resetBuffer();
    response.setStatus(status);
    sendFields(response);
    response.setContentType(type);
    response.setContentLength(body.size());
    body.writeTo(response.getOutputStream());
  }
}
