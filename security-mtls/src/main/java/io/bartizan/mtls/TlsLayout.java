package io.bartizan.mtls;

import java.nio.file.Path;
import java.util.Objects;

/**
 * File layouts that others write, each giving an {@link Identity} and {@link TrustAnchors}.
 *
 * <p>cert-manager may leave an old {@code ca.crt} beside a leaf of a new CA: where trust is
 * distributed another way, take {@link #identity()} alone. Immutable, thread-safe.
 *
 * <pre>{@code
 * TlsLayout files = TlsLayout.kubernetesSecret(Path.of("/etc/tls"));
 * ServerTls server = ServerTls.of(files.identity(), files.anchors(), policy);
 * }</pre>
 */
public final class TlsLayout {

  private final Identity identity;
  private final TrustAnchors anchors;

  private TlsLayout(Identity identity, TrustAnchors anchors) {
    this.identity = identity;
    this.anchors = anchors;
  }

  private static TlsLayout of(Path folder, String chain, String key, String anchors) {
    Objects.requireNonNull(folder, "folder");
    return new TlsLayout(
        Identity.pem(folder.resolve(chain), folder.resolve(key)),
        TrustAnchors.pem(folder.resolve(anchors)));
  }

  /**
   * What {@code DOCKER_CERT_PATH} points to: {@code cert.pem}, {@code key.pem}, {@code ca.pem}.
   *
   * @param folder the folder
   * @return the layout
   * @throws NullPointerException if {@code folder} is null
   */
  public static TlsLayout docker(Path folder) {
    return of(folder, "cert.pem", "key.pem", "ca.pem");
  }

  /**
   * A registry's folder below {@code /etc/docker/certs.d}: one pair {@code X.cert} and {@code
   * X.key}; all files {@code *.crt} are anchors.
   *
   * @param folder such as {@code /etc/docker/certs.d/registry.example:5000}
   * @return the layout
   * @throws NullPointerException if {@code folder} is null
   */
  public static TlsLayout dockerRegistry(Path folder) {
    Objects.requireNonNull(folder, "folder");
    return new TlsLayout(Identity.onlyPair(folder), TrustAnchors.pemFolder(folder, "*.crt"));
  }

  /**
   * A Kubernetes secret of type {@code kubernetes.io/tls}, as cert-manager fills it: {@code
   * tls.crt}, {@code tls.key}, {@code ca.crt}.
   *
   * @param folder where the secret is mounted
   * @return the layout
   * @throws NullPointerException if {@code folder} is null
   */
  public static TlsLayout kubernetesSecret(Path folder) {
    return of(folder, "tls.crt", "tls.key", "ca.crt");
  }

  /**
   * A Kubernetes credential bundle: key and chain in one file that is replaced at once.
   *
   * @param bundle the file of {@code credentialBundlePath}
   * @param anchors a PEM file of anchors
   * @return the layout
   * @throws NullPointerException if an argument is null
   */
  public static TlsLayout credentialBundle(Path bundle, Path anchors) {
    return new TlsLayout(Identity.pem(bundle), TrustAnchors.pem(anchors));
  }

  /**
   * What smallstep's autocert mounts: {@code site.crt}, {@code site.key}, {@code root.crt}.
   *
   * @param folder such as {@code /var/run/autocert.step.sm}
   * @return the layout
   * @throws NullPointerException if {@code folder} is null
   */
  public static TlsLayout autocert(Path folder) {
    return of(folder, "site.crt", "site.key", "root.crt");
  }

  /**
   * What spiffe-helper writes: {@code svid.pem}, {@code svid_key.pem}, {@code svid_bundle.pem}.
   * Leave its {@code include_federated_domains} off: with it the roots of partners stand in the one
   * bundle, and each could sign names of your own trust domain.
   *
   * @param folder the folder
   * @return the layout
   * @throws NullPointerException if {@code folder} is null
   */
  public static TlsLayout spiffeHelper(Path folder) {
    return of(folder, "svid.pem", "svid_key.pem", "svid_bundle.pem");
  }

  /**
   * The key and chain.
   *
   * @return an identity that reads the files at each load
   */
  public Identity identity() {
    return identity;
  }

  /**
   * The trust anchors.
   *
   * @return anchors that read the files at each load
   */
  public TrustAnchors anchors() {
    return anchors;
  }
}
