package io.bartizan.integrity.attest.notation;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.x509.Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The trusted certificates of Notation, by the type and name of their store: {@code ca:acme}.
 * Immutable, thread-safe.
 *
 * <pre>{@code
 * TrustStores stores = TrustStores.read(Path.of("/etc/notation/truststore"), policy.trustStores());
 * }</pre>
 */
public final class TrustStores {

  private static final Pattern NAME =
      Pattern.compile("(ca|signingAuthority|tsa):[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");
  private static final int MAX_FILES = 1_000;
  private static final int MAX_FILE_BYTES = 1024 * 1024;
  private static final int KEY_CERT_SIGN = 5;

  private final Map<String, List<X509Certificate>> stores;

  private TrustStores(Map<String, List<X509Certificate>> stores) {
    this.stores = stores;
  }

  /**
   * Stores in memory.
   *
   * @param byName the certificates by type and name of their store; copied
   * @return the stores
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a name is not a type ({@code ca}, {@code signingAuthority},
   *     {@code tsa}), a colon and 1 to 128 of {@code A-Za-z0-9_.-}, if a store is empty, or has a
   *     certificate that is neither an authority nor self-signed, or in a {@code tsa} store no root
   */
  public static TrustStores of(Map<String, ? extends Collection<X509Certificate>> byName) {
    Map<String, List<X509Certificate>> stores = new LinkedHashMap<>();
    byName.forEach((name, all) -> stores.put(requireName(name), requireTrusted(name, all)));
    return new TrustStores(stores);
  }

  /**
   * Reads stores from Notation's folder: {@code x509/TYPE/NAME/} with certificates in PEM or DER.
   * Files that are no regular files are refused, symbolic links too.
   *
   * @param folder the one that holds {@code x509}
   * @param names the stores to read, such as those that a policy names
   * @return the stores
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException as {@link #of} throws it, and if a file is no certificate
   * @throws IOException if it can't be read
   */
  public static TrustStores read(Path folder, Collection<String> names) throws IOException {
    Map<String, List<X509Certificate>> stores = new LinkedHashMap<>();
    for (String name : names) {
      String[] parts = requireName(name).split(":", 2);
      Path store = folder.resolve("x509").resolve(parts[0]).resolve(parts[1]);
      List<X509Certificate> all = new ArrayList<>();
      List<Path> files;
      try (Stream<Path> listed = Files.list(store)) {
        files = listed.sorted().limit(MAX_FILES + 1L).toList();
      }
      if (files.size() > MAX_FILES) {
        throw new IllegalArgumentException("store " + name + " has more than 1000 files");
      }
      for (Path file : files) {
        if (!Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          throw refused(name, file, "is no regular file");
        }
        all.addAll(certificates(name, file));
      }
      stores.put(name, all);
    }
    return of(stores);
  }

  private static List<X509Certificate> certificates(String name, Path file) throws IOException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    }
    if (content.length > MAX_FILE_BYTES) {
      throw refused(name, file, "has more than " + MAX_FILE_BYTES + " bytes");
    }
    List<X509Certificate> all = new ArrayList<>();
    try {
      for (Certificate each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))) {
        all.add(Certificates.read(each.getEncoded()));
      }
    } catch (CertificateException e) {
      throw refused(name, file, "holds something else than certificates: " + e.getMessage());
    }
    if (all.isEmpty()) {
      throw refused(name, file, "holds no certificate");
    }
    return all;
  }

  private static IllegalArgumentException refused(String name, Path file, String why) {
    return new IllegalArgumentException(
        "store " + name + ": \"" + SafeText.of(String.valueOf(file.getFileName())) + "\" " + why);
  }

  static String requireName(String name) {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new IllegalArgumentException(
          "store \""
              + SafeText.of(name)
              + "\" is not ca, signingAuthority or tsa, a colon and 1 to 128 of A-Za-z0-9_.-");
    }
    return name;
  }

  private static List<X509Certificate> requireTrusted(
      String name, Collection<X509Certificate> certificates) {
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("store " + name + " is empty");
    }
    for (X509Certificate each : certificates) {
      boolean[] usage = each.getKeyUsage();
      boolean authority =
          each.getBasicConstraints() >= 0 && (usage == null || usage[KEY_CERT_SIGN]);
      boolean selfSigned = Certificates.isSignedBy(each, each);
      if (name.startsWith("tsa:") ? !authority || !selfSigned : !authority && !selfSigned) {
        throw new IllegalArgumentException(
            "store "
                + name
                + ": \""
                + SafeText.of(each.getSubjectX500Principal().getName())
                + "\" is "
                + (name.startsWith("tsa:")
                    ? "no root: an authority that is signed by itself"
                    : "neither an authority nor signed by itself"));
      }
    }
    return List.copyOf(certificates);
  }

  /** The certificates of those of some stores that are of a type. */
  List<X509Certificate> certificates(Collection<String> names, String type) {
    List<X509Certificate> all = new ArrayList<>();
    for (String name : names) {
      if (name.startsWith(type + ":")) {
        all.addAll(stores.getOrDefault(name, List.of()));
      }
    }
    return all;
  }

  void requireAll(Collection<String> names) {
    for (String name : names) {
      if (!stores.containsKey(name)) {
        throw new IllegalArgumentException("the policy names store " + name + ", which is missing");
      }
    }
  }

  /** The names of the stores and how many certificates each has. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("TrustStores[");
    stores.forEach(
        (name, all) ->
            text.append(text.length() > 12 ? ", " : "")
                .append(name)
                .append(" of ")
                .append(all.size()));
    return text.append(']').toString();
  }
}
