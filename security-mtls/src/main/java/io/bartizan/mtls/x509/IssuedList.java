package io.bartizan.mtls.x509;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.jspecify.annotations.Nullable;

/** One revocation list with what is asked of it at each decision, read once. */
public final class IssuedList {

  /** Number, delta, issuing distribution point, key identifier, freshest list, alternative name. */
  private static final Set<String> KNOWN =
      Set.of("2.5.29.20", "2.5.29.27", "2.5.29.28", "2.5.29.35", "2.5.29.46", "2.5.29.18");

  private static final String NUMBER = "2.5.29.20";
  private static final String DELTA_BASE = "2.5.29.27";
  private static final int MAX_KEYS = 64;

  private final ListEncoding encoding;
  private final X509CRL crl;
  private final String source;
  private final ListScope scope;
  private final Instant thisUpdate;
  private final Instant nextUpdate;
  private final @Nullable BigInteger number;
  private final @Nullable BigInteger deltaBase;
  private final byte @Nullable [] keyId;

  /** By key: hashing a list of megabytes for each decision would cost milliseconds. */
  private final Map<ByteBuffer, Boolean> signers = new ConcurrentHashMap<>();

  private volatile @Nullable PublicKey signer;

  /**
   * Reads what narrows a list.
   *
   * @throws RuntimeException if it can't be read
   */
  public IssuedList(ListEncoding encoding, String source) {
    this.encoding = encoding;
    crl = encoding.withoutEntries();
    this.source = source;
    scope = ListScope.of(crl);
    thisUpdate = crl.getThisUpdate().toInstant();
    nextUpdate = crl.getNextUpdate().toInstant();
    number = integer(crl, NUMBER);
    deltaBase = integer(crl, DELTA_BASE);
    keyId = KeyIdentifiers.ofIssuer(crl);
  }

  private static @Nullable BigInteger integer(X509CRL crl, String oid) {
    byte[] value = crl.getExtensionValue(oid);
    return value == null
        ? null
        : ASN1Integer.getInstance(ASN1OctetString.getInstance(value).getOctets()).getValue();
  }

  public String source() {
    return source;
  }

  public ListScope scope() {
    return scope;
  }

  public Instant thisUpdate() {
    return thisUpdate;
  }

  public Instant nextUpdate() {
    return nextUpdate;
  }

  public @Nullable BigInteger number() {
    return number;
  }

  public boolean isDelta() {
    return deltaBase != null;
  }

  /** What its successors have in common with it. */
  public String series() {
    return crl.getIssuerX500Principal().getName()
        + " "
        + (keyId == null ? "" : new BigInteger(1, keyId).toString(16))
        + " "
        + scope.key()
        + (isDelta() ? " delta" : "");
  }

  public String issuer() {
    return "\"" + crl.getIssuerX500Principal().getName() + "\"";
  }

  /** Whether a key of this identifier may have signed it; null is unknown. */
  public boolean mayBeOf(byte @Nullable [] key) {
    return key == null || keyId == null || Arrays.equals(key, keyId);
  }

  public boolean isSignedBy(X509Certificate issuer) {
    return mayBeOf(KeyIdentifiers.ofSubject(issuer)) && isSignedBy(issuer.getPublicKey());
  }

  /** Whether the signature is of this key, whoever has it. */
  public boolean isSignedBy(PublicKey key) {
    ByteBuffer name = ByteBuffer.wrap(key.getEncoded());
    Boolean known = signers.get(name);
    if (known == null) {
      known = encoding.isSignedBy(key);
      if (signers.size() >= MAX_KEYS) {
        signers.clear();
      }
      signers.put(name, known);
    }
    if (known) {
      signer = key;
    }
    return known;
  }

  /** A key whose signature it was found to have; null if none was found yet. */
  public @Nullable PublicKey signer() {
    return signer;
  }

  /**
   * Whether it says that this is the key of its signature; one without identifiers says nothing.
   */
  public boolean claimsKeyOf(X509Certificate issuer) {
    byte[] id = KeyIdentifiers.ofSubject(issuer);
    return id != null && Arrays.equals(id, keyId);
  }

  /** Whether it says which key signed it. */
  public boolean namesItsKey() {
    return keyId != null;
  }

  /** Whether it names a certificate of its issuer as revoked, on hold or to be removed. */
  public @Nullable CRLReason named(X509Certificate certificate) {
    return encoding.named(certificate.getSerialNumber());
  }

  /** Whether a delta completes a whole list: it begins at or before that, and is newer. */
  public boolean completes(IssuedList base) {
    return deltaBase != null
        && base.number != null
        && number != null
        && deltaBase.compareTo(base.number) <= 0
        && number.compareTo(base.number) > 0
        && scope.key().equals(base.scope.key())
        && (keyId == null || base.mayBeOf(keyId));
  }

  /** Whether a whole list holds all that a delta says; one of another scope does not. */
  public boolean isSupersededBy(IssuedList base) {
    if (!scope.key().equals(base.scope.key())) {
      return false;
    }
    return (number != null && base.number != null)
        ? number.compareTo(base.number) <= 0
        : thisUpdate.isBefore(base.thisUpdate);
  }

  /** The signature's algorithm, if it proves nothing; null if it may count. */
  public static @Nullable String weakSignature(ListEncoding list) {
    return SignatureAlgorithm.of(list.withoutEntries()).weakness();
  }

  /** A critical extension of the list or an entry that nobody here understands. */
  public static @Nullable String unknownCritical(ListEncoding list) {
    Set<String> critical = list.withoutEntries().getCriticalExtensionOIDs();
    if (critical != null) {
      for (String oid : critical) {
        if (!KNOWN.contains(oid)) {
          return "the extension " + oid;
        }
      }
    }
    // The certificateIssuer of an indirect list is critical, and such a list covers nobody.
    boolean scoped = critical != null && critical.contains("2.5.29.28");
    return list.hasUnknownCriticalInEntries() && !scoped ? "an entry with an extension" : null;
  }
}
