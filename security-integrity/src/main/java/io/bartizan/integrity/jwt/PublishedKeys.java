package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.json.JsonValue;
import io.bartizan.integrity.keys.KeyGate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is usable of a JWK set, by one set of rules for text, file and endpoint: each key that can't
 * be used is left out with its reason, and spoils no other.
 *
 * @param keys the usable keys, none twice
 * @param leftOut why each of the others is not, in the set's order; safe to log
 * @param faults those of them that are somebody's fault, and not for another use
 */
record PublishedKeys(List<VerifyingKey> keys, List<String> leftOut, List<String> faults) {

  private static final Logger LOG = LoggerFactory.getLogger(PublishedKeys.class);

  /** So many keys of a set are read; judging one takes some ten to hundred microseconds. */
  private static final int MAX_KEYS = 1000;

  /**
   * What is tried for a modulus that anybody can factor costs as much as its length squared, and
   * more. So 32 keys of 2048 bits are tried, 8 of 4096 or 2 of 8192, which is more than real sets
   * have: a set that somebody hostile publishes costs half a second, not twenty.
   */
  private static final long MOST_TRIED = 32L * 2048 * 2048;

  /** So many reasons of a set are logged, each in a line. */
  private static final int MOST_LOGGED = 20;

  /**
   * Reads a set that somebody else publishes; it has no secrets.
   *
   * @throws IllegalArgumentException if it is no JWK set, too long, or nothing in it is usable
   */
  static PublishedKeys read(byte[] set, int maxBytes) {
    return read(JwkReader.keys(JwkReader.parse(set, maxBytes)), false);
  }

  /**
   * Reads a set that the application's own configuration gives; it may be one of secrets alone.
   *
   * @throws IllegalArgumentException if it is no JWK set, too long, or nothing in it is usable
   */
  static PublishedKeys read(String set) {
    return read(JwkReader.keys(JwkReader.parse(set)), true);
  }

  private static PublishedKeys read(List<JsonValue> published, boolean isConfigured) {
    boolean isOfSecrets = isConfigured && published.stream().noneMatch(JwkReader::isOfPublicKind);
    List<VerifyingKey> keys = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    if (isOfSecrets) {
      requireDistinct(published);
    }
    long tried = 0;
    for (int i = 0; i < published.size() && i < MAX_KEYS; i++) {
      String name = JwkReader.nameOf(published.get(i), i + 1);
      try {
        VerifyingKey key = JwkReader.read(published.get(i));
        if (key.publicKey instanceof RSAPublicKey rsa) {
          long bits = rsa.getModulus().bitLength();
          tried += bits * bits;
          if (tried <= MOST_TRIED) {
            KeyGate.Passed unused = KeyGate.lasting(KeyGate.pass(rsa));
          }
        }
        if (key.isSecret() && !isOfSecrets) {
          throw new IllegalArgumentException("it is a secret, and published or beside public keys");
        }
        if (isConfigured || keys.stream().noneMatch(key::isSameAs)) {
          keys.add(key);
        }
      } catch (JwkReader.OtherUse e) {
        leftOut.add(name + ": " + e.getMessage());
      } catch (RuntimeException | Error e) { // a provider's, half of Bouncy Castle, FIPS
        String why = e instanceof IllegalArgumentException ? e.getMessage() : e.toString();
        faults.add(name + ": " + SafeText.of(String.valueOf(why), 300));
        leftOut.add(faults.get(faults.size() - 1));
      }
    }
    if (published.size() > MAX_KEYS) {
      String rest = published.size() - MAX_KEYS + " keys after the first " + MAX_KEYS;
      faults.add(rest + ": the set has too many");
      leftOut.add(faults.get(faults.size() - 1));
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("the set has no usable key" + described(leftOut));
    }
    return new PublishedKeys(List.copyOf(keys), List.copyOf(leftOut), List.copyOf(faults));
  }

  private static void requireDistinct(List<JsonValue> secrets) {
    Set<String> ids = new HashSet<>();
    for (JsonValue one : secrets) {
      String id = JwkReader.secretsId(one);
      if (id != null && !ids.add(id)) { // also where one of the two is unusable
        throw new IllegalArgumentException("two keys have the same key id");
      }
    }
  }

  /** Tells each reason, once for each set; of very many the first ones. */
  void log(String source) {
    for (String why : leftOut.subList(0, Math.min(MOST_LOGGED, leftOut.size()))) {
      if (faults.contains(why)) {
        LOG.warn("left out of {}: {}", source, why);
      } else {
        LOG.info("left out of {}: {}", source, why);
      }
    }
    if (leftOut.size() > MOST_LOGGED) {
      LOG.warn("left out of {}: {} more keys", source, leftOut.size() - MOST_LOGGED);
    }
  }

  /** The first few reasons, as the end of a sentence; nothing if there are none. */
  static String described(List<String> leftOut) {
    if (leftOut.isEmpty()) {
      return "";
    }
    List<String> some = leftOut.subList(0, Math.min(3, leftOut.size()));
    return ", " + leftOut.size() + " left out (" + String.join("; ", some) + ")";
  }
}
