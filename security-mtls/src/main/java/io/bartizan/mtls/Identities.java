package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.HostName;
import io.bartizan.mtls.x509.KeyTrial;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import org.jspecify.annotations.Nullable;

/**
 * The identities of one generation, and which of them a peer is shown.
 *
 * <p>A client that asks for a server by name gets an identity of exactly that name, else one whose
 * wildcard covers it, else the first identity or another with the same names; among these, one
 * whose key the client's signature algorithms can verify. The names choose first: no client gets
 * the identity of another name because its key would suit better. Immutable, thread-safe.
 */
final class Identities {

  private static final int DNS = 2;

  private final List<Shown> all;
  private final boolean unknownNamesRefused;
  private final Map<String, List<Shown>> exact = new HashMap<>();
  private final Map<String, List<Shown>> belowWildcard = new HashMap<>();
  private final List<Shown> otherwise;

  /** An identity under the alias by which key managers ask for it. */
  record Shown(String alias, KeyMaterial material, Set<String> names) {}

  /** How key managers call the first key of a generation. */
  static String alias(long generation) {
    return "generation-" + generation;
  }

  private Identities(long generation, List<KeyMaterial> materials, boolean unknownNamesRefused) {
    List<Shown> shown = new ArrayList<>();
    for (KeyMaterial material : materials) {
      String alias = alias(generation) + (shown.isEmpty() ? "" : "-" + shown.size());
      shown.add(new Shown(alias, material, names(material)));
    }
    this.all = List.copyOf(shown);
    this.unknownNamesRefused = unknownNamesRefused;
    for (Shown one : all) {
      for (String name : one.names()) {
        boolean wildcard = name.startsWith("*.");
        (wildcard ? belowWildcard : exact)
            .computeIfAbsent(wildcard ? name.substring(2) : name, key -> new ArrayList<>())
            .add(one);
      }
    }
    Set<String> usual = all.get(0).names();
    otherwise = all.stream().filter(one -> one.names().equals(usual)).toList();
  }

  /** One or more identities, the first of which is shown where no name decides. */
  static Identities of(long generation, List<KeyMaterial> materials, boolean unknownNamesRefused) {
    return new Identities(generation, materials, unknownNamesRefused);
  }

  /** The names given by the application, else the DNS names of the certificate. */
  private static Set<String> names(KeyMaterial material) {
    if (material.names() != null) {
      return Set.copyOf(material.names());
    }
    Set<String> names = new HashSet<>();
    if (!material.chain().isEmpty()) {
      try {
        Collection<List<?>> entries = material.leaf().getSubjectAlternativeNames();
        for (List<?> entry : entries == null ? List.<List<?>>of() : entries) {
          if (entry.get(0).equals(DNS) && entry.get(1) instanceof String name) {
            String normalized = normalized(name);
            if (normalized != null) {
              names.add(normalized);
            }
          }
        }
      } catch (CertificateParsingException e) {
        return Set.of(); // no name that a peer could read either
      }
    }
    return Set.copyOf(names);
  }

  /** A host name or a wildcard in lower case; null for anything else. */
  static @Nullable String normalized(String name) {
    boolean wildcard = name.startsWith("*.");
    String host = HostName.normalized(wildcard ? name.substring(2) : name);
    return host == null ? null : (wildcard ? "*." : "") + host;
  }

  KeyMaterial first() {
    return all.get(0).material();
  }

  List<KeyMaterial> materials() {
    return all.stream().map(Shown::material).toList();
  }

  /** Whether the name that a client asks for makes a difference. */
  boolean dependOnName() {
    return all.size() > 1 || unknownNamesRefused;
  }

  /** Whether a client that asks for this name is served at all. */
  boolean isServed(String name) {
    return !unknownNamesRefused || !ofName(name).isEmpty();
  }

  /** Those of exactly this name, and those whose wildcard covers it; each only if there are any. */
  private List<List<Shown>> ofName(String asked) {
    String host = HostName.normalized(asked);
    if (host == null) {
      return List.of();
    }
    List<List<Shown>> tiers = new ArrayList<>();
    List<Shown> same = exact.get(host);
    if (same != null) {
      tiers.add(same);
    }
    List<Shown> covering = belowWildcard.get(host.substring(host.indexOf('.') + 1));
    if (covering != null && host.indexOf('.') > 0) {
      tiers.add(covering);
    }
    return tiers;
  }

  /** What a server shows; null if nothing of this kind of key may be shown. */
  @Nullable Shown forClient(String keyType, @Nullable ExtendedSSLSession session) {
    String asked = asked(session);
    List<List<Shown>> tiers = asked == null ? List.of() : ofName(asked);
    if (tiers.isEmpty()) {
      if (asked != null && unknownNamesRefused) {
        return null;
      }
      tiers = List.of(otherwise);
    }
    for (List<Shown> tier : tiers) {
      List<Shown> verifiable =
          tier.stream().filter(one -> isVerifiable(one.material(), session)).toList();
      if (!verifiable.isEmpty()) {
        return ofType(keyType, verifiable);
      }
    }
    return ofType(keyType, tiers.get(0));
  }

  /**
   * What a client shows: one whose chain leads to an authority that the server names, if there is
   * one; among these, one whose key the server's signature algorithms can verify.
   */
  @Nullable Shown forServer(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable ExtendedSSLSession session) {
    List<Shown> verifiable =
        all.stream().filter(one -> isVerifiable(one.material(), session)).toList();
    Set<Principal> named = issuers == null ? Set.of() : new HashSet<>(Arrays.asList(issuers));
    List<Shown> fitting =
        verifiable.stream()
            .filter(
                one ->
                    one.material().chain().stream()
                        .anyMatch(link -> named.contains(link.getIssuerX500Principal())))
            .toList();
    for (List<Shown> some : List.of(fitting, verifiable, all)) {
      for (String keyType : keyTypes) {
        Shown shown = ofType(keyType, some);
        if (shown != null) {
          return shown;
        }
      }
    }
    return null;
  }

  @Nullable Shown ofAlias(String alias) {
    for (Shown one : all) {
      if (one.alias().equals(alias)) {
        return one;
      }
    }
    return null;
  }

  private static @Nullable Shown ofType(String keyType, List<Shown> some) {
    for (Shown one : some) {
      if (!one.material().chain().isEmpty() && matches(keyType, one.material())) {
        return one;
      }
    }
    return null;
  }

  private static @Nullable String asked(@Nullable ExtendedSSLSession session) {
    if (session != null) {
      for (SNIServerName name : session.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return host.getAsciiName();
        }
      }
    }
    return null;
  }

  /** Whether the peer knows a signature of this key; if it did not say, it may. */
  private static boolean isVerifiable(KeyMaterial material, @Nullable ExtendedSSLSession session) {
    if (session == null || material.chain().isEmpty()) {
      return true;
    }
    String[] known = session.getPeerSupportedSignatureAlgorithms();
    boolean tls13 = "TLSv1.3".equals(session.getProtocol());
    return known == null
        || known.length == 0
        || Arrays.stream(known)
            .map(algorithm -> algorithm.toUpperCase(Locale.ROOT))
            .anyMatch(algorithm -> fits(algorithm, material, tls13));
  }

  private static boolean fits(String algorithm, KeyMaterial material, boolean tls13) {
    return switch (KeyTrial.family(material.key())) {
      case "EC" ->
          tls13
              ? algorithm.equals(tls13Name(curveBits(material)))
              : algorithm.endsWith("WITHECDSA");
      case "RSA" -> algorithm.equals("RSASSA-PSS") || (!tls13 && algorithm.endsWith("WITHRSA"));
      case "RSASSA-PSS" -> algorithm.equals("RSASSA-PSS");
      default -> algorithm.startsWith("ED");
    };
  }

  private static int curveBits(KeyMaterial material) {
    return material.leaf().getPublicKey() instanceof ECKey key
        ? key.getParams().getOrder().bitLength()
        : 0;
  }

  /** RFC 8446 section 4.2.3 binds each curve to one hash. */
  private static String tls13Name(int curveBits) {
    return "SHA" + (curveBits <= 256 ? 256 : curveBits <= 384 ? 384 : 512) + "WITHECDSA";
  }

  /**
   * JSSE's key types are RSA, EC, EdDSA, RSASSA-PSS and EC_RSA; Bouncy Castle's also Ed25519,
   * EC/secp256r1 and ECDHE_ECDSA.
   */
  private static boolean matches(String keyType, KeyMaterial material) {
    PublicKey key = material.leaf().getPublicKey();
    String family = KeyTrial.family(material.key());
    if (keyType.startsWith("EC/")) {
      return key instanceof ECKey ec
          && keyType.equals("EC/secp" + ec.getParams().getOrder().bitLength() + "r1");
    }
    return switch (keyType) {
      case "Ed25519", "Ed448" ->
          key.getAlgorithm().equals(keyType)
              || (key instanceof EdECKey ed && ed.getParams().getName().equals(keyType));
      case "ECDHE_ECDSA", "EC_EC", "EC_RSA" -> family.equals("EC");
      case "ECDHE_RSA" -> family.equals("RSA");
      default -> keyType.equals(family);
    };
  }

  /** The trust domains of those that are X.509-SVIDs. */
  Set<String> trustDomains() {
    Set<String> domains = new HashSet<>();
    for (Shown one : all) {
      try {
        if (!one.material().chain().isEmpty()) {
          PeerIdentity.of(one.material().leaf()).trustDomain().ifPresent(domains::add);
        }
      } catch (PeerRejectedException e) {
        // Names that can't be read are of no trust domain.
      }
    }
    return Set.copyOf(domains);
  }

  /** When the first certificate of any of them ends, and with it the whole. */
  Instant validUntil() {
    return all.stream()
        .map(one -> one.material().validUntil())
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }

  /** When the last certificate of any of them begins. */
  Instant validFrom() {
    return all.stream()
        .map(one -> one.material().validFrom())
        .max(Comparator.naturalOrder())
        .orElse(Instant.MIN);
  }

  /** What is no fault, and hardly meant. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    Map<String, Shown> before = new HashMap<>();
    for (Shown one : all) {
      String note = one.material().note();
      if (note != null) {
        notes.add(note);
      }
      if (!one.material().chain().isEmpty()) {
        X509Certificate leaf = one.material().leaf();
        String kind =
            KeyTrial.family(one.material().key())
                + curveBits(one.material())
                + one.names().stream().sorted().toList();
        Shown earlier = before.putIfAbsent(kind, one);
        if (earlier != null) {
          notes.add(
              "the identity "
                  + Certificates.label(leaf)
                  + " is shown to nobody: "
                  + Certificates.label(earlier.material().leaf())
                  + " has the same names and kind of key and comes before it");
        }
      }
    }
    return notes;
  }
}
