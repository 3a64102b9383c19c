package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import io.bartizan.testkit.sigstore.draft.Leaf;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.io.IOException;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** Faults of the signer's certificate, of the identity in it and of its list of SCTs. */
final class LeafFaults {

  private static final String FULCIO = "1.3.6.1.4.1.57264.1.";
  private static final int MOST_SCTS = 16;

  private LeafFaults() {}

  static void withoutPurpose(BundleDraft draft) {
    draft.leaf.purposes = new KeyPurposeId[0];
  }

  static void furtherPurpose(BundleDraft draft) {
    draft.leaf.purposes =
        new KeyPurposeId[] {KeyPurposeId.id_kp_codeSigning, KeyPurposeId.id_kp_serverAuth};
  }

  /** Issued by the trusted root's key, but not by the intermediate that the trusted root names. */
  static void anotherIntermediate(BundleDraft draft) {
    KeyPair key = Spoilers.stranger();
    draft.leaf.issuerName = "CN=another intermediate";
    Spoilers.issuedBy(draft.leaf, key);
    FormFaults.version(draft, "0.2");
    draft.issuers.add(
        Instance.der(
            Instance.authority(
                draft.leaf.issuerName,
                "CN=root",
                key,
                draft.instance.rootKey,
                0,
                draft.instance.start,
                draft.signedAt.plusSeconds(Spoilers.DAY))));
  }

  static void beforeItsAuthority(BundleDraft draft) {
    draft.leaf.from = draft.instance.start.minusSeconds(Spoilers.DAY);
  }

  static void cut(BundleDraft draft) {
    byte[] whole = draft.certificate();
    draft.certificate = Arrays.copyOf(whole, whole.length - 1);
  }

  static void bytesAfter(BundleDraft draft) {
    draft.certificate = Tree.join(draft.certificate(), new byte[1]);
  }

  /** The old extension of the issuer becomes a second one of the new kind. */
  static void extensionTwice(BundleDraft draft) {
    byte[] issuer = oid(FULCIO + 1);
    byte[] other = oid(FULCIO + 8);
    draft.leaf.signed =
        tbs -> {
          byte[] changed = tbs.clone();
          System.arraycopy(other, 0, changed, indexOf(tbs, issuer), other.length);
          return changed;
        };
  }

  private static byte[] oid(String dots) {
    try {
      return new ASN1ObjectIdentifier(dots).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode " + dots, e);
    }
  }

  private static int indexOf(byte[] in, byte[] part) {
    for (int i = 0; i <= in.length - part.length; i++) {
      if (Arrays.equals(in, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new IllegalStateException("the certificate does not name its identity's issuer");
  }

  private static byte[] value(BundleDraft draft, int number) {
    return Objects.requireNonNull(draft.leaf.extensions.get(FULCIO + number), "no issuer");
  }

  static void issuerAsPlainText(BundleDraft draft) {
    draft.leaf.raw(8, value(draft, 1));
  }

  static void issuerWithBytesAfter(BundleDraft draft) {
    draft.leaf.raw(8, Tree.join(value(draft, 8), new byte[1]));
  }

  static void issuerTwice(BundleDraft draft) {
    String issuer = new String(value(draft, 1), UTF_8);
    try {
      byte[] one = new DERUTF8String(issuer).getEncoded();
      draft.leaf.raw(8, Tree.join(one, one));
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode an issuer", e);
    }
  }

  /** A workflow's certificate in any case, for no other has a ref. */
  static void refContradicted(BundleDraft draft) {
    if (!draft.leaf.extensions.containsKey(FULCIO + 14)) {
      String repository = "https://github.com/acme/app";
      String uri = repository + "/.github/workflows/release.yml@refs/tags/v1";
      draft.leaf.githubWorkflow(repository, uri, "refs/tags/v1");
    }
    draft.leaf.text(14, "refs/heads/main");
  }

  static String percentEncoded(String subject) {
    int last = subject.length() - 1;
    return subject.substring(0, last)
        + "%"
        + Integer.toHexString(subject.charAt(last)).toUpperCase(Locale.ROOT);
  }

  /** A Cyrillic letter that looks like the Latin e, as the two bytes of its UTF-8. */
  static String lookalike(String subject) {
    return subject.replaceFirst("e", "\u00d0\u00b5");
  }

  private static byte[] octets(byte... list) {
    try {
      return new DEROctetString(list).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a list of SCTs", e);
    }
  }

  static void sctListEmpty(BundleDraft draft) {
    draft.leaf.sctList = octets((byte) 0, (byte) 0);
  }

  static void sctListCut(BundleDraft draft) {
    draft.leaf.sctList = octets((byte) 0x7f, (byte) 0xff, (byte) 0);
  }

  static void sctBeforeTheLog(BundleDraft draft) {
    draft.leaf.scts.get(0).millis = draft.instance.start.minusSeconds(Spoilers.DAY).toEpochMilli();
  }

  @CanIgnoreReturnValue
  private static Leaf.Sct further(BundleDraft draft) {
    Leaf.Sct sct = new Leaf.Sct(draft.instance.ctKey, draft.signedAt.minusSeconds(298));
    draft.leaf.scts.add(sct);
    return sct;
  }

  static void tooManyScts(BundleDraft draft) {
    while (draft.leaf.scts.size() <= MOST_SCTS) {
      further(draft);
    }
  }

  static void secondSctByAnotherKey(BundleDraft draft) {
    further(draft).key = Spoilers.stranger().getPrivate();
  }

  static void secondSctGarbage(BundleDraft draft) {
    further(draft).version = 0xff;
  }
}
