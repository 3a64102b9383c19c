package io.bartizan.adapters;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Sends requests byte by byte as no client library would, and reads the answer to its end. */
public final class RawHttp {

  private RawHttp() {}

  /** A status with header fields and a body. */
  public record Reply(int status, List<String> fields, String body) {

    /** The values of a field, joined by a line; empty if there is none. */
    public String field(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return fields.stream()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()).trim())
          .collect(Collectors.joining("\n"));
    }
  }

  /** A GET with these lines of headers. */
  @CanIgnoreReturnValue
  public static Reply get(int port, String path, String... headers) throws IOException {
    return send(SocketFactory.getDefault(), port, "GET " + path, "", headers);
  }

  /** A POST of a body with its length. */
  @CanIgnoreReturnValue
  public static Reply post(int port, String path, String body, String... headers)
      throws IOException {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    String[] all = List.of(headers).toArray(new String[headers.length + 1]);
    all[headers.length] = "Content-Length: " + length;
    return send(SocketFactory.getDefault(), port, "POST " + path, body, all);
  }

  /** A POST of a body in one chunk. */
  @CanIgnoreReturnValue
  public static Reply postChunked(int port, String path, String body, String... headers)
      throws IOException {
    String[] all = List.of(headers).toArray(new String[headers.length + 1]);
    all[headers.length] = "Transfer-Encoding: chunked";
    String chunk = Integer.toHexString(body.getBytes(StandardCharsets.UTF_8).length);
    String chunked = chunk + "\r\n" + body + "\r\n0\r\n\r\n";
    return send(SocketFactory.getDefault(), port, "POST " + path, chunked, all);
  }

  /** Sends half a body and hangs up. */
  public static void hangUp(int port, String path, String half, String... headers)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      write(socket, "POST " + path, half, headers);
    }
  }

  /** Sends a request, and hangs up when the latch is open. */
  public static void hangUpWhen(
      int port, String path, String body, CountDownLatch open, String... headers)
      throws IOException, InterruptedException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      write(socket, "POST " + path, body, headers);
      if (!open.await(30, TimeUnit.SECONDS)) {
        throw new IOException("nothing happened");
      }
    }
  }

  /** A POST whose body is not sent before the server has asked for it. */
  @CanIgnoreReturnValue
  public static Reply postExpecting(int port, String path, String body, String... headers)
      throws IOException {
    String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length;
    all[headers.length + 1] = "Expect: 100-continue";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5_000);
      write(socket, "POST " + path, "", all);
      StringBuilder interim = new StringBuilder();
      while (interim.indexOf("\r\n\r\n") < 0) {
        int next = socket.getInputStream().read();
        if (next < 0) {
          throw new IOException("no reply but: " + interim);
        }
        interim.append((char) next);
      }
      if (!interim.toString().startsWith("HTTP/1.1 100 ")) {
        throw new IOException("not asked for the body but: " + interim);
      }
      socket.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      return reply(socket);
    }
  }

  /** Sockets of TLS for {@link #send}; without a client certificate if there is none. */
  public static SocketFactory tls(DevCa ca, DevCertificate client)
      throws GeneralSecurityException, IOException {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(ca.trustStore());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    char[] password = "changeit".toCharArray();
    keys.init(client == null ? null : client.keyStore(password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        client == null ? null : keys.getKeyManagers(),
        trust.getTrustManagers(),
        new SecureRandom());
    return context.getSocketFactory();
  }

  /** A request over a socket of the factory. */
  @CanIgnoreReturnValue
  public static Reply send(
      SocketFactory sockets, int port, String line, String body, String... headers)
      throws IOException {
    try (Socket socket = sockets.createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      write(socket, line, body, headers);
      return reply(socket);
    }
  }

  private static void write(Socket socket, String line, String body, String... headers)
      throws IOException {
    StringBuilder text = new StringBuilder(line).append(" HTTP/1.1\r\nHost: localhost\r\n");
    text.append("Connection: close\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    OutputStream out = socket.getOutputStream();
    out.write(text.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static Reply reply(Socket socket) throws IOException {
    String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int end = all.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("no reply but: " + all);
    }
    List<String> lines = List.of(all.substring(0, end).split("\r\n", -1));
    int status = Integer.parseInt(lines.get(0).split(" ", -1)[1]);
    return new Reply(status, lines.subList(1, lines.size()), all.substring(end + 4));
  }
}
