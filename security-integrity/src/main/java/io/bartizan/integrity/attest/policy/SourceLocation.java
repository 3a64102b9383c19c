package io.bartizan.integrity.attest.policy;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where source code lies, as provenance spells it: {@code git+https://host/org/repo@refs/tags/v1},
 * {@code https://host/org/repo.git#refs/tags/v1}, and as BuildKit does, with a directory of it:
 * {@code https://host/org/repo.git#refs/tags/v1:directory}. The repository is spelt {@code
 * https://host/org/repo}; its path keeps its case, the host has none.
 *
 * @param repository the repository
 * @param ref what was built of it; empty if it does not say
 * @param directory which of its directories, without slashes around it; empty for the topmost
 */
record SourceLocation(String repository, String ref, String directory) {

  private static final int MAX_CHARS = 2_048;
  private static final Pattern PATH = Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~+-]+)+");

  /** What Git allows and a URI need not encode: tags of packages have the at sign. */
  private static final Pattern REF = Pattern.compile("[A-Za-z0-9._~+/@!$&'(),;=-]+");

  private static final Pattern DIRECTORY =
      Pattern.compile(
          "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~+@-]+(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~+@-]+)*");

  /** Null if it is spelt in another way, of which nobody could say whether it is the same. */
  static @Nullable SourceLocation parse(String text) {
    String plain = text.startsWith("git+") ? text.substring(4) : text;
    int hash = plain.indexOf('#');
    int at = hash < 0 ? plain.indexOf('@') : -1;
    int cut = hash >= 0 ? hash : at >= 0 ? at : plain.length();
    String ref = cut == plain.length() ? "" : plain.substring(cut + 1);
    int colon = hash >= 0 ? ref.indexOf(':') : -1; // no ref has one
    String directory = colon < 0 ? "" : ref.substring(colon + 1);
    ref = colon < 0 ? ref : ref.substring(0, colon);
    directory = directory.startsWith("/") ? directory.substring(1) : directory;
    directory =
        directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
    boolean isRef =
        ref.isEmpty() ? colon >= 0 || cut == plain.length() : REF.matcher(ref).matches();
    if (text.length() > MAX_CHARS
        || !isRef
        || (colon >= 0 && !DIRECTORY.matcher(directory).matches())) {
      return null;
    }
    URI address;
    try {
      address = new URI(plain.substring(0, cut));
    } catch (URISyntaxException e) {
      return null;
    }
    String path = address.getRawPath();
    if (!"https".equals(address.getScheme())
        || address.getHost() == null
        || address.getRawUserInfo() != null
        || address.getRawQuery() != null
        || path == null) {
      return null;
    }
    path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    path = path.endsWith(".git") ? path.substring(0, path.length() - 4) : path;
    if (!PATH.matcher(path).matches()) {
      return null;
    }
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return new SourceLocation(
        "https://" + address.getHost().toLowerCase(Locale.ROOT) + port + path, ref, directory);
  }
}
