package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.keys.EdwardsPoint;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** One issuer's keys at one moment, each bound to its one algorithm and ready to verify. */
final class KeyRing {

  /** How many keys one token may be tried with (B11). */
  static final int MAX_CANDIDATES = 8;

  private static final Bound[] NOTHING = {};

  /** A key under its algorithm. */
  record Bound(VerifyingKey key, JwsAlgorithm algorithm, SignatureEngine engine) {}

  /**
   * Stands for a key that came later and that the provider can't use, so that the other keys stay
   * usable and its tokens are refused as what they are: undecided, not forged.
   */
  private record UnusableKey(String provider) implements SignatureEngine {

    @Override
    public boolean verify(byte[] data, int length, byte[] signature) {
      throw new IllegalStateException(provider + " can't use the key");
    }
  }

  final KeySnapshot snapshot;
  private final Bound[] all;
  private final Map<String, Bound[]> byKeyId = new HashMap<>();

  private KeyRing(KeySnapshot snapshot, List<Bound> bound) {
    this.snapshot = snapshot;
    this.all = bound.toArray(NOTHING);
    for (Bound one : all) {
      String id = one.key.keyId;
      if (id != null) {
        byKeyId.computeIfAbsent(
            id, same -> bound.stream().filter(b -> same.equals(b.key.keyId)).toArray(Bound[]::new));
      }
    }
  }

  static KeyRing bind(
      KeySnapshot snapshot,
      Set<JwsAlgorithm> algorithms,
      @Nullable Provider provider,
      @Nullable KeyRing before) {
    List<Bound> bound = new ArrayList<>();
    Set<String> unfit = new TreeSet<>(); // by their kind: a set may have a thousand
    for (VerifyingKey key : snapshot.keys) {
      List<JwsAlgorithm> fitting = TrustedIssuer.fitting(key, algorithms);
      if (fitting.size() > 1 && !snapshot.fetched) {
        continue; // TrustedIssuer has told why
      }
      if (fitting.isEmpty() && snapshot.fetched) {
        unfit.add(key.describeKind());
      }
      for (JwsAlgorithm algorithm : fitting) {
        Bound kept = before == null ? null : before.find(key, algorithm);
        bound.add(
            kept != null
                ? kept
                : new Bound(key, algorithm, bound(algorithm, key, provider, before)));
      }
    }
    for (String kind : unfit) {
      LoggerFactory.getLogger(KeyRing.class)
          .info("{} of an issuer serves none of {}", kind, algorithms);
    }
    return new KeyRing(snapshot, bound);
  }

  /** At first a key that can't be used is the caller's error, later the issuer's doing. */
  private static SignatureEngine bound(
      JwsAlgorithm algorithm,
      VerifyingKey key,
      @Nullable Provider provider,
      @Nullable KeyRing before) {
    try {
      return engine(algorithm, key, provider);
    } catch (RuntimeException e) {
      if (before == null) {
        throw e;
      }
      LoggerFactory.getLogger(KeyRing.class)
          .warn("{} can't be used here: {}", key.describeKind(), e.getMessage());
      return new UnusableKey(provider == null ? "the JDK" : provider.getName());
    }
  }

  private @Nullable Bound find(VerifyingKey key, JwsAlgorithm algorithm) {
    for (Bound bound : all) {
      if (bound.algorithm == algorithm && bound.key.isSameAs(key)) {
        return bound;
      }
    }
    return null;
  }

  /**
   * The keys a token could mean: those of its {@code kid}, else those without one; all if it names
   * none, unless they are several and were fetched, or more than may be tried. Only of this
   * algorithm, and at most {@value #MAX_CANDIDATES}.
   */
  Bound[] candidates(@Nullable String keyId, JwsAlgorithm algorithm) {
    Bound[] named = keyId == null ? all : byKeyId.get(keyId);
    if (named != null && isUniform(named, algorithm) && (keyId != null || named.length <= 1)) {
      return named; // the case of nearly every token, which costs no array
    }
    Bound[] among = named == null ? all : named;
    int fitting = 0;
    for (Bound one : among) {
      fitting += fits(one, algorithm, named != null) ? 1 : 0;
    }
    if (fitting == 0 || (keyId == null && fitting > (snapshot.fetched ? 1 : MAX_CANDIDATES))) {
      return NOTHING;
    }
    Bound[] some = new Bound[Math.min(fitting, MAX_CANDIDATES)];
    int at = 0;
    for (int i = 0; at < some.length; i++) {
      if (fits(among[i], algorithm, named != null)) {
        some[at++] = among[i];
      }
    }
    return some;
  }

  /** Whether there is a key for this algorithm, candidate or not. */
  boolean has(JwsAlgorithm algorithm) {
    for (Bound one : all) {
      if (one.algorithm == algorithm) {
        return true;
      }
    }
    return false;
  }

  private static boolean fits(Bound one, JwsAlgorithm algorithm, boolean isNamed) {
    return one.algorithm == algorithm && (isNamed || one.key.keyId == null);
  }

  private static boolean isUniform(Bound[] bounds, JwsAlgorithm algorithm) {
    for (Bound bound : bounds) {
      if (bound.algorithm != algorithm) {
        return false;
      }
    }
    return bounds.length <= MAX_CANDIDATES;
  }

  Set<String> providers() {
    Set<String> names = new TreeSet<>();
    for (Bound bound : all) {
      names.add(bound.algorithm + " by " + bound.engine.provider());
    }
    return names;
  }

  /** For a key that came with a request and may never be seen again. */
  static SignatureEngine engine(
      JwsAlgorithm algorithm, VerifyingKey key, @Nullable Provider provider) {
    try {
      if (algorithm.isSymmetric()) {
        return provider == null
            ? MacEngine.of(algorithm, key.secret())
            : MacEngine.of(algorithm, key.secret(), provider);
      }
      PublicKey publicKey = Objects.requireNonNull(key.publicKey, "publicKey");
      Provider chosen = provider != null ? provider : Accp.forAlgorithm(algorithm);
      if (chosen != null || algorithm.family.isRsa()) {
        return new JcaEngine(algorithm, publicKey, chosen);
      }
      return algorithm == JwsAlgorithm.ED25519
          ? new SignatureEngine.Ed25519Engine(EdwardsPoint.of(publicKey))
          : new EcdsaEngine(algorithm, (ECPublicKey) publicKey);
    } catch (LinkageError e) {
      throw new IllegalArgumentException(
          algorithm + " can't be verified here: another or half a Bouncy Castle on the class path",
          e);
    } catch (Error e) { // a FIPS module that does not approve of the key throws an AssertionError
      throw new IllegalArgumentException(
          algorithm + " can't be verified here: " + SafeText.of(e.toString(), 200), e);
    } catch (GeneralSecurityException e) {
      String who = provider == null ? "no installed provider" : "provider " + provider.getName();
      throw new IllegalArgumentException(who + " can verify " + algorithm + " with this key", e);
    }
  }
}
