package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.core.SecretSource;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.Platform;
import io.bartizan.mtls.x509.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The certificate authorities (root certificates) that may issue peer certificates.
 *
 * <p>Each must be a CA; a peer's own certificate among them is refused, since the JDK would accept
 * it for ever. Name constraints, validity and critical extensions of an anchor are enforced. During
 * a change of CA both the old and the new one are given, in one file or by {@link #and}. Nothing is
 * read before {@code build()}. Immutable, thread-safe.
 *
 * <pre>{@code
 * TrustAnchors both = TrustAnchors.pem(Path.of("/tls/ca.crt")).and(TrustAnchors.pem(Path.of("/tls/next-ca.crt")));
 * }</pre>
 */
public final class TrustAnchors {

  /** Reads the anchors; called once for each generation. */
  interface Loader {
    List<X509Certificate> load(MaterialReader reader);
  }

  private final String description;
  private final boolean bound;
  private final Set<PushedMaterial> feeds;
  private final Function<MaterialReader, List<AnchorSet.Entry>> entries;

  private TrustAnchors(String description, Loader loader) {
    this(description, false, Set.of(), reader -> AnchorSet.entries(loader.load(reader), null));
  }

  private TrustAnchors(
      String description,
      boolean bound,
      Set<PushedMaterial> feeds,
      Function<MaterialReader, List<AnchorSet.Entry>> entries) {
    this.description = description;
    this.bound = bound;
    this.feeds = feeds;
    this.entries = entries;
  }

  /** The anchors of what was pushed last; whether they are bound, each push says. */
  static TrustAnchors pushed(PushedMaterial feed) {
    return new TrustAnchors(
        "trust anchors pushed",
        true,
        Set.of(feed),
        reader -> {
          List<AnchorSet.Entry> all = reader.pushed(feed).anchors().entries.apply(reader);
          for (AnchorSet.Entry entry : all) {
            reader.digest(Certificates.encoded(entry.certificate()));
            reader.digest(String.valueOf(entry.trustDomain()).getBytes(StandardCharsets.UTF_8));
          }
          return all;
        });
  }

  /**
   * The certificates of a PEM file.
   *
   * @param file the file; one or more certificates
   * @return anchors
   * @throws NullPointerException if {@code file} is null
   */
  public static TrustAnchors pem(Path file) {
    Objects.requireNonNull(file, "file");
    String source = "trust anchors " + file;
    return new TrustAnchors(
        source,
        reader ->
            AnchorCheck.checked(
                source,
                PemMaterial.certificates(
                    source, PemMaterial.blocks(source, reader.text("trust anchors", file)))));
  }

  /**
   * The PEM files of a folder.
   *
   * @param folder the folder
   * @param glob which files, such as {@code *.crt}
   * @return anchors
   * @throws NullPointerException if an argument is null
   */
  public static TrustAnchors pemFolder(Path folder, String glob) {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(glob, "glob");
    String source = "trust anchors " + folder + " " + glob;
    return new TrustAnchors(
        source,
        reader -> {
          List<X509Certificate> all = new ArrayList<>();
          for (Path file : reader.list("trust anchors", folder, glob)) {
            String one = "trust anchors " + file;
            all.addAll(
                PemMaterial.certificates(
                    one, PemMaterial.blocks(one, reader.text("trust anchors", file))));
          }
          return AnchorCheck.checked(source, all);
        });
  }

  /**
   * PEM text from any source; the supplier is asked at each load.
   *
   * @param pem gives one or more certificates
   * @return anchors
   * @throws NullPointerException if {@code pem} is null
   */
  public static TrustAnchors pemText(Supplier<String> pem) {
    Objects.requireNonNull(pem, "pem");
    String source = "trust anchors text";
    return new TrustAnchors(
        source,
        reader -> {
          String text = MaterialReader.supplied(source, pem);
          reader.mix(text.getBytes(StandardCharsets.UTF_8));
          return AnchorCheck.checked(
              source, PemMaterial.certificates(source, PemMaterial.blocks(source, text)));
        });
  }

  /**
   * Certificates that are at hand.
   *
   * @param certificates one or more
   * @return anchors that never change
   * @throws NullPointerException if {@code certificates} is null or holds null
   */
  public static TrustAnchors of(List<X509Certificate> certificates) {
    List<X509Certificate> copy = List.copyOf(certificates);
    return new TrustAnchors("trust anchors", reader -> AnchorCheck.checked("trust anchors", copy));
  }

  /**
   * The certificate entries of a PKCS#12 file.
   *
   * @param file the file
   * @param password opens the file; read at each load
   * @return anchors
   * @throws NullPointerException if an argument is null
   */
  public static TrustAnchors pkcs12(Path file, SecretSource password) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(password, "password");
    String source = "trust anchors " + file;
    return new TrustAnchors(
        source,
        reader -> {
          reader.askAgain();
          char[] chars = PemMaterial.password(source, password);
          try {
            KeyStore store = KeyStores.pkcs12(source, reader.bytes("trust anchors", file), chars);
            List<X509Certificate> found = KeyStores.certificates(source, store);
            if (found.isEmpty()) {
              throw new TlsMaterialException(
                  MaterialReason.ANCHORS_EMPTY,
                  source,
                  "shows no trusted certificate; the JDK sees those of keytool -importcert or"
                      + " openssl pkcs12 -jdktrust, or give PEM");
            }
            return AnchorCheck.checked(source, found);
          } finally {
            Arrays.fill(chars, '\0');
          }
        });
  }

  /**
   * The certificate entries of a key store that is already open.
   *
   * @param store the open store; read again at each load
   * @return anchors
   * @throws NullPointerException if {@code store} is null
   */
  public static TrustAnchors keyStore(KeyStore store) {
    Objects.requireNonNull(store, "store");
    String source = "trust anchors key store";
    return new TrustAnchors(
        source,
        reader -> {
          List<X509Certificate> found = KeyStores.certificates(source, store);
          KeyStores.mix(source, reader, found);
          return AnchorCheck.checked(source, found);
        });
  }

  /**
   * The JDK's own list of public authorities. For a server this lets whoever can buy a certificate
   * come as far as the policy; with {@link PeerPolicy#anyTrustedPeer()} that means everyone.
   *
   * @return anchors
   */
  public static TrustAnchors systemRoots() {
    String source = "trust anchors of the JDK";
    return new TrustAnchors(
        source,
        reader -> {
          List<X509Certificate> found = systemCertificates(source);
          KeyStores.mix(source, reader, found);
          return AnchorCheck.usable(found);
        });
  }

  /**
   * These anchors and others, as during a change of CA.
   *
   * @param others more anchors
   * @return the union
   * @throws NullPointerException if {@code others} is null
   */
  public TrustAnchors and(TrustAnchors others) {
    Objects.requireNonNull(others, "others");
    return new TrustAnchors(
        description + " and " + others.description,
        bound || others.bound,
        union(feeds, others.feeds),
        reader -> {
          List<AnchorSet.Entry> all = new ArrayList<>(entries.apply(reader));
          all.addAll(others.entries.apply(reader));
          return List.copyOf(all);
        });
  }

  /**
   * These anchors, bound to a SPIFFE trust domain: the roots of its bundle. They vouch for peers
   * whose one URI name is a SPIFFE ID of exactly this trust domain, and for no other peer; a trust
   * domain that has anchors of its own is vouched for by these alone. Bundles of several trust
   * domains, as of a federation, are put together by {@link #and}; a root in two of them vouches
   * for both. Other names of a peer than its SPIFFE ID count if its trust domain is that of this
   * side's own certificate or all that is trusted, or beside it in a {@link PeerPolicy#allOf}.
   *
   * <pre>{@code
   * TrustAnchors federated = TrustAnchors.pem(Path.of("/run/own.pem")).forTrustDomain("prod.example")
   *     .and(TrustAnchors.pem(Path.of("/run/partner.pem")).forTrustDomain("partner.example"));
   * }</pre>
   *
   * @param trustDomain such as {@code prod.example}, in lower case, without scheme and port
   * @return the bound anchors
   * @throws NullPointerException if {@code trustDomain} is null
   * @throws IllegalArgumentException if {@code trustDomain} is none by the SPIFFE standard
   * @throws IllegalStateException if some of these anchors are bound already
   */
  public TrustAnchors forTrustDomain(String trustDomain) {
    Objects.requireNonNull(trustDomain, "trustDomain");
    if (!SpiffeId.isTrustDomain(trustDomain)) {
      throw new IllegalArgumentException(
          "trustDomain is \""
              + SafeText.of(trustDomain)
              + "\", lower-case letters, digits, dots, hyphens and underscores are accepted, such"
              + " as prod.example");
    }
    if (bound) {
      throw new IllegalStateException(
          "\""
              + description
              + "\" is bound already, or pushed; bind each part by itself, before it is put"
              + " together or pushed");
    }
    return new TrustAnchors(
        description + " for " + trustDomain,
        true,
        feeds,
        reader ->
            entries.apply(reader).stream()
                .map(entry -> new AnchorSet.Entry(entry.certificate(), trustDomain))
                .toList());
  }

  /** Who pushes some of these. */
  Set<PushedMaterial> feeds() {
    return feeds;
  }

  static <T> Set<T> union(Set<T> some, Set<T> others) {
    return Stream.concat(some.stream(), others.stream()).collect(Collectors.toUnmodifiableSet());
  }

  AnchorSet load(MaterialReader reader) {
    return AnchorSet.of(entries.apply(reader));
  }

  private static List<X509Certificate> systemCertificates(String source) {
    try {
      TrustManagerFactory factory = Platform.trustManagers();
      factory.init((KeyStore) null);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          return List.of(x509.getAcceptedIssuers());
        }
      }
    } catch (GeneralSecurityException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_UNREADABLE, source, "can't be read: " + e.getClass().getSimpleName());
    }
    return List.of();
  }

  /** Where the anchors come from. */
  @Override
  public String toString() {
    return description;
  }
}
