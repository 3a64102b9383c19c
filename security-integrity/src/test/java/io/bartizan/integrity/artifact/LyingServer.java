package io.bartizan.integrity.artifact;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A server that says whatever bytes a test wants, one script a request; over TLS unless plain. */
final class LyingServer implements AutoCloseable {

  private static final DevCa CA = DevCa.of("lying CA");
  private static final SSLContext SERVER = server(CA.leaf("server").dns("localhost").forServer());
  private static final HttpClient CLIENT = HttpClient.newBuilder().sslContext(client(CA)).build();

  /** What to answer to one request. */
  @FunctionalInterface
  interface Script {
    void answer(List<String> request, OutputStream out) throws Exception;
  }

  /** Thrown by a script to have the connection end without any goodbye of TLS. */
  static final class Cut extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean reset;

    /** With a reset what is under way is lost too. */
    Cut(boolean reset) {
      this.reset = reset;
    }
  }

  private final ServerSocket socket;
  private final @Nullable SSLContext tls;
  private final Deque<Script> scripts = new ArrayDeque<>();
  private final List<List<String>> requests = Collections.synchronizedList(new ArrayList<>());

  private LyingServer(@Nullable SSLContext tls) throws IOException {
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.tls = tls;
    Thread thread = new Thread(this::serve, "lying-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** Speaks https with a certificate that {@link #client()} trusts. */
  static LyingServer start() throws IOException {
    return new LyingServer(SERVER);
  }

  static LyingServer startPlain() throws IOException {
    return new LyingServer(null);
  }

  /** With a certificate that nobody trusts, or that is for another name. */
  static LyingServer start(SSLContext other) throws IOException {
    return new LyingServer(other);
  }

  static SSLContext contextOfAnotherCa() {
    return server(DevCa.of("lying CA").leaf("server").dns("localhost").forServer());
  }

  static SSLContext contextOfAnotherName() {
    return server(CA.leaf("server").dns("elsewhere.test").forServer());
  }

  /** A client that trusts this server and follows nothing by itself. */
  static HttpClient client() {
    return CLIENT;
  }

  URI uri(String path) {
    String scheme = tls == null ? "http" : "https";
    return URI.create(scheme + "://localhost:" + socket.getLocalPort() + path);
  }

  /** Adds a script; the last one answers all further requests. */
  @com.google.errorprone.annotations.CanIgnoreReturnValue
  LyingServer then(Script script) {
    synchronized (scripts) {
      scripts.add(script);
    }
    return this;
  }

  /** A head of lines and a body, then the connection is closed. */
  static Script say(String head, byte[] body, int offset, int length) {
    return (request, out) -> {
      out.write(
          (head + "\nconnection: close\n\n")
              .replace("\n", "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      out.write(body, offset, length);
    };
  }

  /** Drops the script that would answer next, which is the last one's predecessor. */
  void skipScript() {
    synchronized (scripts) {
      scripts.poll();
    }
  }

  List<List<String>> requests() {
    return requests;
  }

  private void serve() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        Thread worker = new Thread(() -> answer(connection));
        worker.setDaemon(true);
        worker.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void answer(Socket raw) {
    try (raw;
        Socket connection = secured(raw)) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      List<String> request = new ArrayList<>();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        request.add(line);
      }
      if (request.isEmpty()) {
        return;
      }
      requests.add(request);
      Script script;
      synchronized (scripts) {
        script = scripts.size() > 1 ? scripts.remove() : scripts.peek();
      }
      try {
        script.answer(request, connection.getOutputStream());
        connection.getOutputStream().flush();
        connection.shutdownOutput();
      } catch (Cut e) {
        raw.setSoLinger(e.reset, 0);
        raw.close();
      }
    } catch (Exception e) {
      // the client went away; the test looks at what the client saw
    }
  }

  private Socket secured(Socket raw) throws IOException {
    if (tls == null) {
      return raw;
    }
    SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(raw, null, -1, false);
    secured.setUseClientMode(false);
    return secured;
  }

  private static SSLContext server(io.bartizan.testkit.DevCertificate.Builder leaf) {
    try {
      DevCertificate certificate = leaf.issue();
      char[] password = "secret".toCharArray();
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(certificate.keyStore(password), password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SSLContext client(DevCa ca) {
    try {
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(ca.trustStore());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
