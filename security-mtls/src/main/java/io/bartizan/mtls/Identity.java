package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.core.SecretSource;
import io.bartizan.mtls.x509.Certificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
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

  /** No key and no certificate, for a client that shows none. */
  static final Identity NONE =
      new Identity("no identity", reader -> new KeyMaterial("no identity", new NoKey(), List.of()));

  private final String description;
  private final Function<MaterialReader, List<KeyMaterial>> parts;
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

  private Identity(String description, Function<MaterialReader, KeyMaterial> loader) {
    this(description, Set.of(), reader -> List.of(loader.apply(reader)));
  }

  private Identity(
      String description,
      Set<PushedMaterial> feeds,
      Function<MaterialReader, List<KeyMaterial>> parts) {
    this.description = description;
    this.parts = parts;
    this.feeds = feeds;
  }

  /** The identity that was pushed last. */
  static Identity pushed(PushedMaterial feed) {
    return new Identity(
        "identity pushed",
        Set.of(feed),
        reader -> {
          List<KeyMaterial> pushed = reader.pushed(feed).identity().load(reader);
          for (KeyMaterial one : pushed) {
            one.chain().forEach(link -> reader.digest(Certificates.encoded(link)));
            reader.digest(String.valueOf(one.names()).getBytes(StandardCharsets.UTF_8));
          }
          return pushed;
        });
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
              PemMaterial.key(
                  keySource,
                  PemMaterial.blocks(keySource, reader.text("identity key", key)),
                  password);
          String chainSource = "identity chain " + chain;
          return new KeyMaterial(
              source,
              privateKey,
              PemMaterial.certificates(
                  chainSource,
                  PemMaterial.blocks(chainSource, reader.text("identity chain", chain))));
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
          reader.mix(text.getBytes(StandardCharsets.UTF_8));
          var blocks = PemMaterial.blocks(source, text);
          return new KeyMaterial(
              source,
              PemMaterial.key(source, blocks, null),
              PemMaterial.certificates(source, blocks));
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
          char[] chars = PemMaterial.password(source, password);
          try {
            KeyStore store = KeyStores.pkcs12(source, reader.bytes("identity", file), chars);
            return KeyStores.key(source, store, null, chars);
          } finally {
            Arrays.fill(chars, '\0');
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
          char[] chars = password == null ? null : PemMaterial.password(source, password);
          try {
            KeyMaterial material = KeyStores.key(source, store, alias, chars);
            KeyStores.mix(source, reader, material.chain());
            return material;
          } finally {
            if (chars != null) {
              Arrays.fill(chars, '\0');
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

  /**
   * This identity and others in one context. A server shows a client that asks for a name (SNI) the
   * one with exactly that name, else one whose wildcard covers it, else the first of all; among
   * those of the same names, one whose key the client's signature algorithms can verify, so that
   * RSA may stand beside ECDSA. A client shows the first whose chain leads to an authority that the
   * server names. Names are the DNS names of the certificate, or those of {@link #forServerNames}.
   *
   * <pre>{@code
   * Identity all = Identity.pem(Path.of("/tls/ec.crt"), Path.of("/tls/ec.key"))
   *     .and(Identity.pem(Path.of("/tls/rsa.crt"), Path.of("/tls/rsa.key")))
   *     .and(Identity.pem(Path.of("/tls/shop.crt"), Path.of("/tls/shop.key")).forServerNames("shop.example", "*.shop.example"));
   * }</pre>
   *
   * @param others shown where this one does not fit
   * @return both; each is read and checked at each load, and one that can't be used is a fault of
   *     the whole
   * @throws NullPointerException if {@code others} is null
   * @throws IllegalArgumentException if one of both is {@link #none}
   */
  public Identity and(Identity others) {
    Objects.requireNonNull(others, "others");
    if (this == NONE || others == NONE) {
      throw new IllegalArgumentException("an identity is none, which can't be put together");
    }
    return new Identity(
        description + " and " + others.description,
        TrustAnchors.union(feeds, others.feeds),
        reader -> {
          List<KeyMaterial> all = new ArrayList<>(load(reader));
          all.addAll(others.load(reader));
          return List.copyOf(all);
        });
  }

  /**
   * This identity for clients that ask for certain server names (SNI), in place of the DNS names of
   * its certificate. A client's own identity has no use for them.
   *
   * @param names host names such as {@code shop.example}, or {@code *.shop.example} for every name
   *     of one label more
   * @return the identity under these names
   * @throws NullPointerException if {@code names} is null or holds null
   * @throws IllegalArgumentException if there is no name, or one that is no host name
   */
  public Identity forServerNames(String... names) {
    List<String> normalized = new ArrayList<>();
    for (String name : names) {
      String one = Identities.normalized(Objects.requireNonNull(name, "names"));
      if (one == null) {
        throw new IllegalArgumentException(
            "names has \""
                + SafeText.of(name)
                + "\", host names such as shop.example or *.shop.example are accepted");
      }
      normalized.add(one);
    }
    if (normalized.isEmpty()) {
      throw new IllegalArgumentException("names is empty, one or more are needed");
    }
    List<String> given = List.copyOf(normalized);
    return new Identity(
        description + " for " + String.join(", ", given),
        feeds,
        reader -> load(reader).stream().map(one -> one.withNames(given)).toList());
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
          return pem(chain, chain.resolveSibling(stem + ".key")).load(reader).get(0);
        });
  }

  /** Who pushes some of this. */
  Set<PushedMaterial> feeds() {
    return feeds;
  }

  List<KeyMaterial> load(MaterialReader reader) {
    return parts.apply(reader);
  }

  /** Where the material comes from; never the key. */
  @Override
  public String toString() {
    return description;
  }
}
