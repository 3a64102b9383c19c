package io.bartizan.testkit.sigstore;

import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.object;

import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.Instance;
import io.bartizan.testkit.sigstore.draft.RootDraft;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** The steps by which a good trusted root becomes a bad one. */
final class RootFaults {

  static final String LOGS = "tlogs";
  static final String CERTIFICATE_LOGS = "ctlogs";
  static final String AUTHORITIES = "certificateAuthorities";
  static final String TIMESTAMPS = "timestampAuthorities";

  private static final long DAY = 86_400;
  private static final long LIFE = 1 << 28;
  private static final int MOST_LOGS = 100;
  private static final int MOST_BYTES = 1024 * 1024;

  private RootFaults() {}

  /** The spans of all of a kind, so that it does not matter which of them a bundle needs. */
  private static void spans(RootDraft draft, String kind, Map<String, Object> span) {
    for (int i = 0; i < JsonTree.list(draft.members, kind).size(); i++) {
      Map<String, Object> one = at(draft.members, kind, i);
      (kind.endsWith("logs") ? at(one, "publicKey") : one).put("validFor", span);
    }
  }

  private static String fromStart(RootDraft draft, long seconds) {
    return draft.instance.start.plusSeconds(seconds).toString();
  }

  static void ended(RootDraft draft, String kind) {
    spans(draft, kind, object("start", fromStart(draft, -2 * DAY), "end", fromStart(draft, -DAY)));
  }

  static void notBegun(RootDraft draft, String kind) {
    spans(draft, kind, object("start", fromStart(draft, LIFE)));
  }

  static void withoutStart(RootDraft draft, String kind) {
    spans(draft, kind, object("end", fromStart(draft, LIFE)));
  }

  static void endsBeforeItsStart(RootDraft draft, String kind) {
    spans(draft, kind, object("start", fromStart(draft, 0), "end", fromStart(draft, -DAY)));
  }

  static void none(RootDraft draft, String kind) {
    draft.members.put(kind, JsonTree.array());
  }

  static void ofAnotherInstance(RootDraft draft, String... kinds) {
    Map<String, Object> other = new Instance(draft.instance.start).trustedRoot();
    for (String each : kinds) {
      draft.members.put(each, Objects.requireNonNull(other.get(each), each));
    }
  }

  static void otherId(RootDraft draft, String kind) {
    at(draft.members, kind, 0, "logId").put("keyId", Instance.base64(new byte[32]));
  }

  static void logTwice(RootDraft draft) {
    JsonTree.list(draft.members, LOGS).add(at(draft.members, LOGS, 0));
  }

  static void tooManyLogs(RootDraft draft) {
    List<Object> logs = JsonTree.list(draft.members, LOGS);
    logs.addAll(Collections.nCopies(MOST_LOGS, logs.get(0)));
  }

  static void otherKindOfKey(RootDraft draft) {
    at(draft.members, LOGS, 0, "publicKey").put("keyDetails", "PKIX_ED25519");
  }

  /** The log of Rekor v1 alone, for the identifier of one of Rekor v2 rests on its address. */
  static void address(RootDraft draft, String address) {
    JsonTree.list(draft.members, LOGS).remove(1);
    at(draft.members, LOGS, 0).put("baseUrl", address);
  }

  static void chain(RootDraft draft, String kind, X509Certificate... chain) {
    draft.members.put(
        kind, JsonTree.array(Instance.chain("https://ca.example", draft.instance.start, chain)));
  }

  static void oneBroken(RootDraft draft) {
    Instance instance = draft.instance;
    JsonTree.list(draft.members, AUTHORITIES)
        .add(
            Instance.chain(
                "https://broken.example", instance.start, instance.root, instance.intermediate));
  }

  private static X509v3CertificateBuilder issued(RootDraft draft, int usage, Instant end)
      throws IOException {
    Instance instance = draft.instance;
    return Instance.certificate(
            "CN=intermediate", "CN=root", instance.intermediateKey.getPublic(), begin(draft), end)
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
        .addExtension(Extension.keyUsage, true, new KeyUsage(usage));
  }

  private static Instant begin(RootDraft draft) {
    return draft.instance.start.minusSeconds(2 * DAY);
  }

  private static Instant end(RootDraft draft) {
    return draft.instance.start.plusSeconds(LIFE);
  }

  private static void intermediate(
      RootDraft draft, String algorithm, X509v3CertificateBuilder builder) {
    draft.instance.intermediate =
        Instance.build(builder, Instance.signer(algorithm, draft.instance.rootKey.getPrivate()));
    draft.refresh();
  }

  private interface Change {
    X509v3CertificateBuilder of(X509v3CertificateBuilder builder) throws IOException;
  }

  private static void extended(RootDraft draft, Change change) {
    try {
      X509v3CertificateBuilder builder = issued(draft, KeyUsage.keyCertSign, end(draft));
      intermediate(draft, "SHA256withECDSA", change.of(builder));
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode an authority", e);
    }
  }

  static void unknownCriticalExtension(RootDraft draft) {
    extended(
        draft,
        builder ->
            builder.addExtension(new ASN1ObjectIdentifier("1.2.3.4"), true, DERNull.INSTANCE));
  }

  static void constrained(RootDraft draft) {
    GeneralSubtree[] permitted = {
      new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, "evil.example")),
      new GeneralSubtree(new GeneralName(GeneralName.rfc822Name, "evil.example"))
    };
    extended(
        draft,
        builder ->
            builder.addExtension(
                Extension.nameConstraints, true, new NameConstraints(permitted, null)));
  }

  static void forServers(RootDraft draft) {
    extended(
        draft,
        builder ->
            builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth)));
  }

  static void mayNotIssue(RootDraft draft) {
    try {
      intermediate(draft, "SHA256withECDSA", issued(draft, KeyUsage.digitalSignature, end(draft)));
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode an authority", e);
    }
  }

  static void signedWithSha1(RootDraft draft) {
    try {
      intermediate(draft, "SHA1withECDSA", issued(draft, KeyUsage.keyCertSign, end(draft)));
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode an authority", e);
    }
  }

  static void expired(RootDraft draft) {
    try {
      Instant past = draft.instance.start.minusSeconds(DAY);
      intermediate(draft, "SHA256withECDSA", issued(draft, KeyUsage.keyCertSign, past));
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode an authority", e);
    }
  }

  static void rootExpired(RootDraft draft) {
    root(draft, 1, draft.instance.start.minusSeconds(DAY));
  }

  static void pathTooLong(RootDraft draft) {
    root(draft, 0, end(draft));
  }

  private static void root(RootDraft draft, int pathLength, Instant end) {
    KeyPair key = draft.instance.rootKey;
    draft.instance.root =
        Instance.authority("CN=root", "CN=root", key, key, pathLength, begin(draft), end);
    draft.refresh();
  }

  /** The same name as the trusted root's, and another key. */
  static X509Certificate stranger(RootDraft draft, String name) {
    KeyPair key = Spoilers.stranger();
    return Instance.authority(name, name, key, key, 1, begin(draft), end(draft));
  }

  /** The timestamp authority's certificate anew; bundles are stamped by it. */
  static void timestamps(RootDraft draft, boolean critical, KeyPurposeId... purposes) {
    Instance instance = draft.instance;
    instance.tsa = instance.tsa(instance.tsaKey, critical, purposes);
    draft.refresh();
  }

  static void timestampsWithoutPurpose(RootDraft draft) {
    stamper(draft, "SHA256withECDSA", "CN=tsa root", draft.instance.tsaRootKey);
  }

  static void timestampsWithSha1(RootDraft draft) {
    stamper(draft, "SHA1withECDSA", "CN=tsa root", draft.instance.tsaRootKey);
  }

  static void timestampsSelfSigned(RootDraft draft) {
    stamper(draft, "SHA256withECDSA", "CN=tsa", draft.instance.tsaKey);
    chain(draft, TIMESTAMPS, draft.instance.tsa);
  }

  private static void stamper(RootDraft draft, String algorithm, String issuer, KeyPair key) {
    Instance instance = draft.instance;
    instance.tsa =
        Instance.build(
            instance.certificateLike("CN=tsa", issuer),
            Instance.signer(algorithm, key.getPrivate()));
    draft.refresh();
  }

  static void timestampsExpired(RootDraft draft) {
    Instance instance = draft.instance;
    instance.tsa =
        instance.tsa(
            instance.tsaKey,
            true,
            begin(draft),
            instance.start.minusSeconds(DAY),
            KeyPurposeId.id_kp_timeStamping);
    draft.refresh();
  }

  static void timestampsRootExpired(RootDraft draft) {
    KeyPair key = draft.instance.tsaRootKey;
    draft.instance.tsaRoot =
        Instance.authority(
            "CN=tsa root",
            "CN=tsa root",
            key,
            key,
            0,
            begin(draft),
            draft.instance.start.minusSeconds(DAY));
    draft.refresh();
  }

  static String tooLarge(String json) {
    return json + " ".repeat(MOST_BYTES);
  }
}
