package io.bartizan.spiffe;

import io.bartizan.core.SafeText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where an agent listens, in the form of the SPIFFE Workload Endpoint standard, section 4. */
record Endpoint(String text, SocketAddress address) {

  static final String VARIABLE = "SPIFFE_ENDPOINT_SOCKET";

  private static final int MAX_CHARS = 1024;

  static Endpoint parse(String text) {
    Objects.requireNonNull(text, "address");
    if (text.length() > MAX_CHARS) {
      throw wrong(text, "it is too long");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw wrong(text, "it is no URI");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getUserInfo() != null) {
      throw wrong(text, "user, query and fragment have no place in it");
    }
    String scheme = uri.getScheme();
    if ("unix".equals(scheme)) {
      return new Endpoint(text, unix(text, uri));
    }
    if ("tcp".equals(scheme)) {
      return new Endpoint(text, tcp(text, uri));
    }
    throw wrong(text, "its scheme is neither unix nor tcp");
  }

  /** The variable's value, or a refusal that names it. */
  static String ofEnvironment(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      throw new IllegalStateException(
          "the environment variable "
              + VARIABLE
              + " is not set; set it to the agent's address, such as"
              + " unix:///run/spire/agent.sock, or name the address in the program");
    }
    return value;
  }

  private static SocketAddress unix(String text, URI uri) {
    String path = uri.getPath();
    if (uri.getRawAuthority() != null || path == null || path.length() < 2) {
      throw wrong(text, "its path must be absolute, after one or three slashes");
    }
    try {
      return UnixDomainSocketAddress.of(Path.of(path));
    } catch (IllegalArgumentException e) {
      throw wrong(text, "its path is none of this system");
    }
  }

  private static SocketAddress tcp(String text, URI uri) {
    String host = uri.getHost();
    if (host == null || uri.getPort() < 1 || uri.getPort() > 65_535 || !isLiteral(host)) {
      throw wrong(text, "host must be an IP address, and a port must follow");
    }
    if (!uri.getRawPath().isEmpty()) {
      throw wrong(text, "nothing may follow the port");
    }
    try {
      InetAddress address = InetAddress.getByName(host);
      if (!address.isLoopbackAddress()) {
        throw wrong(text, "only a loopback address is known to be this machine's own agent");
      }
      return new InetSocketAddress(address, uri.getPort());
    } catch (UnknownHostException e) {
      throw wrong(text, "host must be an IP address, and a port must follow");
    }
  }

  /** A literal, so that no name service is asked. */
  private static boolean isLiteral(String host) {
    return host.startsWith("[") || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "address is \""
            + SafeText.of(text)
            + "\": "
            + why
            + ". Accepted are unix:///run/spire/agent.sock and tcp://127.0.0.1:8081.");
  }

  @Override
  public String toString() {
    return SafeText.of(text);
  }
}
