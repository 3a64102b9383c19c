package io.bartizan.mtls;

import io.bartizan.core.SecretSource;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This side's private key and certificate chain: from PEM files, a key store, or objects.
 *
 * <p>Nothing is read before {@code build()}; with reload it is read again, and key and chain always
 * come from the same reading. Immutable, thread-safe.
 *
 * <pre>{@code
 * Identity files = Identity.pem(Path.of("/tls/tls.crt"), Path.of("/tls/tls.key"));
 * Identity store = Identity.pkcs12(Path.of("/tls/id.p12"), SecretSource.file(Path.of("/tls/password")));
 * }</pre>
 */
public final class Identity {

  /** Reads the material; called once for each generation. */
  interface Loader {
    KeyMaterial load(MaterialReader reader);
  }

  /** No key and no certificate, for a client that shows none. */
  static final Identity NONE =
      new Identity("no identity", reader -> new KeyMaterial("no identity", new NoKey(), List.of()));

  private final String description;
  private final Loader loader;
  private final Set<PushedMaterial> feeds;

  /** Signs nothing. */
  private static final class NoKey implements PrivateKey {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAlgorithm() {
      return "none";
    }

    @Override
    public @Nullable String getFormat() {
      return null;
    }

    @Override
    public byte @Nullable [] getEncoded() {
      return null;
    }
  }

  private Identity(String description, Loader loader) {
    this(description, loader, Set.of());
  }

  private Identity(String description, Loader loader, Set<PushedMaterial> feeds) {
    this.description = description;
    this.loader = loader;
    this.feeds = feeds;
  }

  /** The identity that was pushed last. */
  static Identity pushed(PushedMaterial feed) {
    return new Identity(
        "identity pushed",
        reader -> {
          KeyMaterial pushed = reader.pushed(feed).identity().load(reader);
          pushed.chain().forEach(one -> reader.digest(Certificates.encoded(one)));
          return pushed;
        },
        Set.of(feed));
  }

  /**
   * A PEM file with the chain, leaf first, and another with the key: PKCS#8, PKCS#1 or SEC1; RSA,
   * EC, Ed25519 or Ed448. Both may be the same file.
   *
   * @param chain the certificates' file
   * @param key the private key's file
   * @return an identity
   * @throws NullPointerException if an argument is null
   */
  public static Identity pem(Path chain, Path key) {
    return pem(chain, key, null);
  }

  /**
   * One PEM file with the key and the chain, such as a Kubernetes credential bundle.
   *
   * @param file the file
   * @return an identity
   * @throws NullPointerException if {@code file} is null
   */
  public static Identity pem(Path file) {
    return pem(file, file, null);
  }

  /**
   * PEM files whose key is encrypted (PKCS#8 with PBES1 or PBES2).
   *
   * @param chain the certificates' file
   * @param key the private key's file
   * @param password opens the key; read at each load
   * @return an identity
   * @throws NullPointerException if {@code chain} or {@code key} is null
   */
  public static Identity pem(Path chain, Path key, @Nullable SecretSource password) {
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(key, "key");
    String source = chain.equals(key) ? "identity " + key : "identity " + chain + " with " + key;
    return new Identity(
        source,
        reader -> {
          if (password != null) {
            reader.askAgain();
          }
          String keySource = "identity key " + key;
          PrivateKey privateKey =
              PrivateKeys.of(
                  keySource,
                  Certificates.blocks(keySource, reader.text("identity key", key)),
                  password);
          String chainSource = "identity chain " + chain;
          return new KeyMaterial(
              source,
              privateKey,
              Certificates.of(
                  chainSource,
                  Certificates.blocks(chainSource, reader.text("identity chain", chain))));
        });
  }

  /**
   * PEM text from any source, such as a secret store; the supplier is asked at each load.
   *
   * @param pem gives the key and the chain, leaf first
   * @return an identity
   * @throws NullPointerException if {@code pem} is null
   */
  public static Identity pemText(Supplier<String> pem) {
    Objects.requireNonNull(pem, "pem");
    String source = "identity text";
    return new Identity(
        source,
        reader -> {
          String text = MaterialReader.supplied(source, pem);
          reader.mix(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
          var blocks = Certificates.blocks(source, text);
          return new KeyMaterial(
              source, PrivateKeys.of(source, blocks, null), Certificates.of(source, blocks));
        });
  }

  /**
   * A key and chain that are at hand.
   *
   * @param key the private key; may live in a device
   * @param chain the certificates, leaf first
   * @return an identity that never changes
   * @throws NullPointerException if an argument is null
   */
  public static Identity of(PrivateKey key, List<X509Certificate> chain) {
    Objects.requireNonNull(key, "key");
    KeyMaterial material = new KeyMaterial("identity", key, List.copyOf(chain));
    return new Identity("identity", reader -> material);
  }

  /**
   * A PKCS#12 file with exactly one private key.
   *
   * @param file the file
   * @param password opens file and key; read at each load
   * @return an identity
   * @throws NullPointerException if an argument is null
   */
  public static Identity pkcs12(Path file, SecretSource password) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(password, "password");
    String source = "identity " + file;
    return new Identity(
        source,
        reader -> {
          reader.askAgain();
          char[] chars = PrivateKeys.password(source, password);
          try {
            KeyStore store = KeyStores.pkcs12(source, reader.bytes("identity", file), chars);
            return KeyStores.key(source, store, null, chars);
          } finally {
            java.util.Arrays.fill(chars, '\0');
          }
        });
  }

  /**
   * An entry of a key store that is already open, also one of a device (PKCS#11).
   *
   * @param store the open store
   * @param alias the entry; null if the store has exactly one private key
   * @param password opens the entry; null if it has none
   * @return an identity; the store is read again at each load
   * @throws NullPointerException if {@code store} is null
   */
  public static Identity keyStore(
      KeyStore store, @Nullable String alias, @Nullable SecretSource password) {
    Objects.requireNonNull(store, "store");
    String source = "identity key store";
    return new Identity(
        source,
        reader -> {
          char[] chars = password == null ? null : PrivateKeys.password(source, password);
          try {
            KeyMaterial material = KeyStores.key(source, store, alias, chars);
            KeyStores.mix(source, reader, material.chain());
            return material;
          } finally {
            if (chars != null) {
              java.util.Arrays.fill(chars, '\0');
            }
          }
        });
  }

  /**
   * No key and no certificate, for a client that shows none; a server's builder refuses it.
   *
   * @return no identity
   */
  public static Identity none() {
    return NONE;
  }

  /** The one pair {@code X.cert} and {@code X.key} of a folder. */
  static Identity onlyPair(Path folder) {
    String source = "identity " + folder;
    return new Identity(
        source,
        reader -> {
          List<Path> chains = reader.list("identity", folder, "*.cert");
          if (chains.size() != 1) {
            throw new TlsMaterialException(
                MaterialReason.KEY_MISSING,
                source,
                "holds " + chains.size() + " files named *.cert, one is needed");
          }
          Path chain = chains.get(0);
          String name = String.valueOf(chain.getFileName());
          String stem = name.substring(0, name.length() - ".cert".length());
          return pem(chain, chain.resolveSibling(stem + ".key")).load(reader);
        });
  }

  /** Who pushes some of this. */
  Set<PushedMaterial> feeds() {
    return feeds;
  }

  KeyMaterial load(MaterialReader reader) {
    return loader.load(reader);
  }

  /** Where the material comes from; never the key. */
  @Override
  public String toString() {
    return description;
  }
}
