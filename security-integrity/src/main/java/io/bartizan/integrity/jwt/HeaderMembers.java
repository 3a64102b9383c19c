package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.KeyGate;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members that a signer's header has beside those of its key and type. Not thread-safe. */
final class HeaderMembers {

  private static final Set<String> OF_THE_KEY = Set.of("alg", "kid", "typ");
  private static final Set<String> REFUSED = Set.of("crit", "b64", "zip", "enc");
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  private final Map<String, Object> members = new LinkedHashMap<>();

  Map<String, Object> members() {
    return members;
  }

  void put(String name, Object value) {
    Objects.requireNonNull(value, name);
    if (OF_THE_KEY.contains(name)) {
      throw new IllegalArgumentException(
          "the header's "
              + name
              + " is never set by hand; the key has its algorithm and withKeyId, the signer"
              + " withType");
    }
    if (REFUSED.contains(name)) {
      throw new IllegalArgumentException("no verifier would accept a header with " + name);
    }
    Object copy = JwtClaims.copied("the header's " + SafeText.of(name), value, 1);
    if (name.equals("jwk")
        && (!(copy instanceof Map<?, ?> jwk) || !Collections.disjoint(jwk.keySet(), PRIVATE))) {
      throw new IllegalArgumentException(
          "the header's jwk is no public key; a Map without private members is accepted");
    }
    if (members.putIfAbsent(name, copy) != null) {
      throw new IllegalArgumentException("the header has " + SafeText.of(name) + " twice");
    }
  }

  void thumbprint(X509Certificate certificate, @Nullable PublicKey own) {
    put("x5t#S256", StrictBase64.encodeUrl(Thumbprint.sha256(encoded(certificate, own))));
  }

  void chain(List<X509Certificate> chain, @Nullable PublicKey own) {
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("chain is empty, one or more certificates are accepted");
    }
    List<String> texts = new ArrayList<>();
    for (X509Certificate each : chain) {
      byte[] der = encoded(each, texts.isEmpty() ? own : null);
      texts.add(Base64.getEncoder().encodeToString(der));
    }
    put("x5c", texts);
  }

  /** Where the public key is known, the certificate must be of it. */
  private static byte[] encoded(X509Certificate certificate, @Nullable PublicKey own) {
    if (own != null
        && !Arrays.equals(
            own.getEncoded(), KeyGate.pass(certificate.getPublicKey()).key().getEncoded())) {
      throw new IllegalArgumentException(
          "the certificate is of another key than the one that signs");
    }
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the certificate has no encoding", e);
    }
  }
}
