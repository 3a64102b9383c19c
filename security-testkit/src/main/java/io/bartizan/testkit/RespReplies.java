package io.bartizan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Replies in Redis' protocol, version 2, read one after the other. */
final class RespReplies {

  private final InputStream in;

  RespReplies(InputStream in) {
    this.in = in;
  }

  String next() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '-' -> throw new IllegalStateException("Redis: " + rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> array(Integer.parseInt(rest));
      default -> throw new IOException("unknown reply type in: " + line);
    };
  }

  private String bulk(int length) throws IOException {
    if (length < 0) {
      return "";
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length || in.readNBytes(2).length < 2) {
      throw new EOFException("Redis closed the connection inside a reply");
    }
    return new String(bytes, UTF_8);
  }

  private String array(int length) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < length; i++) {
      lines.append(i == 0 ? "" : "\n").append(next());
    }
    return lines.toString();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("Redis closed the connection");
      }
      line.append((char) c);
    }
    if (in.read() != '\n' || line.isEmpty()) {
      throw new IOException("malformed reply");
    }
    return line.toString();
  }
}
