package io.bartizan.integrity.jwt;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.keys.KeyGate;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one issuer: fixed ones from PEM, JWK or a secret, or a JWK set that is fetched.
 *
 * <p>A key serves one algorithm: the one named here, or its JWK's {@code alg}, or the only allowed
 * one that fits. Weak keys (RSA below 2048 bits or with the ROCA fingerprint, other curves, short
 * secrets, public keys as secrets) are refused when they are loaded. Immutable or thread-safe.
 *
 * <pre>{@code
 * JwtKeys keys = JwtKeys.pem(JwsAlgorithm.ES256, Files.readString(path)).withKeyId("2026-11");
 * }</pre>
 */
public abstract sealed class JwtKeys permits JwtKeys.Fixed, RemoteJwks, RemoteIssuers {

  private static final String RSASSA_PSS_OID = "06092a864886f70d01010a";

  JwtKeys() {}

  /** The keys as they are known now; never waits. */
  abstract KeySnapshot snapshot();

  /**
   * A token named a key that is not there: waits for other keys where that may help.
   *
   * @return whether the keys that are known then are all that there are, as far as anybody may ask
   */
  abstract boolean awaitOthers();

  /** As {@link #awaitOthers}, waiting for nothing: completes with what it would return. */
  abstract CompletableFuture<Boolean> othersArrive();

  /** Whose keys they are, where the source says it; null if it does not. */
  @Nullable String issuer() {
    return null;
  }

  /**
   * Why keys of the same source are not used: each by its id or its place in the set.
   *
   * @return an immutable list, safe to log; empty if all of them are
   */
  public List<String> leftOut() {
    return snapshot().leftOut;
  }

  /**
   * Public keys from the text of a PEM file, for one algorithm.
   *
   * @param algorithm what the keys are for
   * @param pem one or more blocks {@code PUBLIC KEY} or {@code CERTIFICATE}; of a certificate only
   *     the key is taken, for whoever wrote the configuration vouches for it
   * @return fixed keys
   * @throws IllegalArgumentException if there is no block, a private or weak key, or one that does
   *     not fit the algorithm
   */
  public static Fixed pem(JwsAlgorithm algorithm, String pem) {
    Objects.requireNonNull(algorithm, "algorithm");
    List<VerifyingKey> keys = new ArrayList<>();
    for (Pem block : Pem.parse(pem)) {
      keys.add(
          VerifyingKey.ofPublic(
              null, algorithm, KeyGate.lasting(KeyGate.pass(publicKey(algorithm, block)))));
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("the PEM text has no block");
    }
    return new Fixed(keys);
  }

  private static PublicKey publicKey(JwsAlgorithm algorithm, Pem block) {
    try {
      return switch (block.label()) {
        case "PUBLIC KEY" ->
            keyFactory(algorithm, block.content())
                .generatePublic(new X509EncodedKeySpec(block.content()));
        case "CERTIFICATE" ->
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(block.content()))
                .getPublicKey();
        default ->
            throw new IllegalArgumentException(
                "the PEM block is " + block.label() + ", PUBLIC KEY and CERTIFICATE are accepted");
      };
    } catch (InvalidKeySpecException e) {
      throw new IllegalArgumentException(
          "the PEM block holds no key for " + algorithm + formOf(algorithm), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the PEM block can't be read", e);
    }
  }

  /**
   * Who reads this PKCS#8 or X.509 encoding: RSA keys for PSS alone have a factory of their own.
   */
  static KeyFactory keyFactory(JwsAlgorithm algorithm, byte[] der) throws NoSuchAlgorithmException {
    String start = HexFormat.of().formatHex(der, 0, Math.min(der.length, 40));
    boolean pssAlone =
        algorithm.family == JwsAlgorithm.Family.PSS && start.contains(RSASSA_PSS_OID);
    return KeyFactory.getInstance(pssAlone ? "RSASSA-PSS" : keyFactory(algorithm));
  }

  /** What the JDK reads of EC keys alone, as the end of a sentence. */
  static String formOf(JwsAlgorithm algorithm) {
    return algorithm.family == JwsAlgorithm.Family.EC
        ? "; a named curve and an uncompressed point are accepted"
        : "";
  }

  static String keyFactory(JwsAlgorithm algorithm) {
    return switch (algorithm.family) {
      case RSA, PSS -> "RSA";
      case EC -> "EC";
      case ED25519 -> "Ed25519";
      case HMAC ->
          throw new IllegalArgumentException(algorithm + " takes a secret, not a public key");
    };
  }

  /**
   * A public key, for one algorithm.
   *
   * @param algorithm what the key is for
   * @param key an RSA, EC or Ed25519 key of any provider
   * @return fixed keys
   * @throws IllegalArgumentException if the key is weak or does not fit the algorithm
   */
  public static Fixed publicKey(JwsAlgorithm algorithm, PublicKey key) {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(key, "key");
    return new Fixed(
        List.of(VerifyingKey.ofPublic(null, algorithm, KeyGate.lasting(KeyGate.pass(key)))));
  }

  /**
   * A shared secret, for one HMAC algorithm. Whoever can verify with it can also sign with it.
   *
   * @param algorithm {@code HS256}, {@code HS384} or {@code HS512}
   * @param secret random bytes, from the hash's length (32 for HS256, 48 for HS384, 64 for HS512)
   *     to 1024, as RFC 2104 has them: a text that a provider shows counts by its bytes; copied, so
   *     it may be closed afterwards
   * @return fixed keys
   * @throws IllegalArgumentException if the algorithm is no HMAC, the secret's length is out of
   *     range, or the secret is the text or encoding of a key
   */
  public static Fixed secret(JwsAlgorithm algorithm, SecretBytes secret) {
    Objects.requireNonNull(algorithm, "algorithm");
    VerifyingKey key = secret.lend(bytes -> VerifyingKey.ofSecret(null, algorithm, bytes));
    return new Fixed(List.of(key));
  }

  /**
   * One JSON Web Key (RFC 7517).
   *
   * @param json the key; its {@code kid} and {@code alg} are kept
   * @return fixed keys
   * @throws IllegalArgumentException if it is malformed, weak, private or not for signatures
   */
  public static Fixed jwk(String json) {
    return new Fixed(List.of(JwkReader.readLasting(JwkReader.parse(json))));
  }

  /**
   * A JSON Web Key set. By the rules of {@link RemoteJwks}, so that a set saved to a file loads:
   * what is malformed, weak, private, for encryption or of an unknown kind is left out, logged at
   * {@code WARN} with its reason and told by {@link #leftOut} (RFC 7517 section 5). So is a secret
   * beside public keys; a set of secrets alone is accepted here, and from no endpoint.
   *
   * @param json the set
   * @return fixed keys
   * @throws IllegalArgumentException if it is no JWK set, none of its keys is usable, or two have
   *     one {@code kid}
   */
  public static Fixed jwkSet(String json) {
    PublishedKeys set = PublishedKeys.read(json);
    set.log("a JWK set");
    return new Fixed(set.keys(), set.leftOut());
  }

  /**
   * Several fixed keys as one, for a rotation by hand.
   *
   * @param parts the keys
   * @return all of them
   * @throws IllegalArgumentException if there are none, or two have one key id
   */
  public static Fixed anyOf(Fixed... parts) {
    List<VerifyingKey> keys = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (Fixed part : parts) {
      keys.addAll(part.snapshot().keys);
      leftOut.addAll(part.leftOut());
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no key");
    }
    return new Fixed(keys, leftOut);
  }

  /** Keys that stay as they are. Immutable. */
  public static final class Fixed extends JwtKeys {

    private final KeySnapshot snapshot;

    private Fixed(List<VerifyingKey> keys) {
      this(keys, List.of());
    }

    private Fixed(List<VerifyingKey> keys, List<String> leftOut) {
      Set<List<String>> ids = new HashSet<>(); // RFC 7517 section 4.5: one for each kind of key
      if (!keys.stream()
          .filter(key -> key.keyId != null)
          .allMatch(key -> ids.add(List.of(String.valueOf(key.keyId), key.describeKind())))) {
        throw new IllegalArgumentException("two keys have the same key id");
      }
      if (keys.stream().map(VerifyingKey::isSecret).distinct().count() > 1) {
        throw new IllegalArgumentException("secrets and public keys are mixed in one set");
      }
      for (int i = 0; i < keys.size(); i++) {
        for (int j = 0; j < i; j++) {
          if (keys.get(i).isSameHmacKeyAs(keys.get(j))) {
            throw new IllegalArgumentException(
                "two secrets are the same to HMAC, which fills them up with zeros");
          }
        }
      }
      this.snapshot = new KeySnapshot(keys, leftOut, false);
    }

    /**
     * The same key under this id; tokens that name another key will not be tried with it.
     *
     * @param keyId the {@code kid} that tokens carry, 1 to 256 characters
     * @return new keys
     * @throws IllegalArgumentException if there is more than one key or the id is out of range
     */
    public Fixed withKeyId(String keyId) {
      if (snapshot.keys.size() != 1) {
        throw new IllegalArgumentException("a key id names one key, here are several");
      }
      if (keyId.isEmpty() || keyId.length() > JwkReader.MAX_KEY_ID_CHARS) {
        throw new IllegalArgumentException(
            "keyId has " + keyId.length() + " characters, 1 to 256 are accepted");
      }
      return new Fixed(List.of(snapshot.keys.get(0).withKeyId(keyId)));
    }

    @Override
    KeySnapshot snapshot() {
      return snapshot;
    }

    @Override
    boolean awaitOthers() {
      return true; // they stay as they are
    }

    @Override
    CompletableFuture<Boolean> othersArrive() {
      return CompletableFuture.completedFuture(true);
    }

    /** The number of keys, and which were left out; never a key. */
    @Override
    public String toString() {
      String left = PublishedKeys.described(snapshot.leftOut);
      return "JwtKeys[" + snapshot.keys.size() + " fixed" + left + "]";
    }
  }
}
