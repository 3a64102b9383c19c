package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.Immutable;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import java.util.Locale;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * Faults of a Sigstore bundle for which Bartizan's verifier refuses it; each is made by {@link
 * DevSigstore#forge}.
 *
 * <p>All but the named fault is as in the good bundle: an entry of Rekor v1 with promise and proof,
 * and a timestamp, or where the sentence says so an entry of Rekor v2. Verifiers differ: {@code
 * docs/guides/testing-signatures.md} names those that cosign 3.0 accepts.
 */
public enum BadBundle {
  /** Certificate past its end. */
  CERTIFICATE_EXPIRED(
      "The certificate had expired before log and timestamp authority saw the signature.",
      draft -> Spoilers.validity(draft, -900, -600)),
  /** Certificate before its start. */
  CERTIFICATE_NOT_YET_VALID(
      "The certificate became valid after log and timestamp authority saw the signature.",
      draft -> Spoilers.validity(draft, 600, 1200)),
  /** Another authority under the same name. */
  CERTIFICATE_OF_ANOTHER_AUTHORITY(
      "The certificate's issuer has the trusted name and another key.", Spoilers::otherAuthority),
  /** No authority at all. */
  CERTIFICATE_SELF_SIGNED("The certificate is signed by itself.", Spoilers::selfSigned),
  /** A server's certificate. */
  CERTIFICATE_NOT_FOR_CODE_SIGNING(
      "The certificate's extended key usage is serverAuth.",
      draft -> draft.leaf.purposes = new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth}),
  /** A certificate for everything. */
  CERTIFICATE_FOR_ANY_PURPOSE(
      "The certificate's extended key usage is anyExtendedKeyUsage.", Spoilers::anyPurpose),
  /** An authority's certificate. */
  CERTIFICATE_OF_A_CA(
      "The certificate is a certificate authority's.", draft -> draft.leaf.authority = true),
  /** A key that may not sign. */
  CERTIFICATE_MAY_NOT_SIGN(
      "The certificate's key usage lacks digitalSignature.", Spoilers::mayNotSign),
  /** Signed over SHA-1. */
  CERTIFICATE_SIGNED_WITH_SHA1(
      "The certificate's signature is over SHA-1.",
      draft -> draft.leaf.signedWith = "SHA1withECDSA"),
  /** A key below 2048 bits. */
  CERTIFICATE_WITH_WEAK_KEY("The certificate's RSA key has 1024 bits.", Spoilers::weakKey),
  /** An extension that must be understood. */
  CERTIFICATE_UNKNOWN_CRITICAL_EXTENSION(
      "The certificate has a critical extension that nobody knows.",
      draft -> {
        draft.leaf.extensions.put("1.2.3.4", new byte[] {5, 0});
        draft.leaf.criticalExtension = "1.2.3.4";
      }),

  /** The same subject by another issuer. */
  OTHER_ISSUER(
      "Another identity provider vouched for the subject.",
      draft -> draft.leaf.raw(1, Spoilers.EVIL).text(8, Spoilers.EVIL)),
  /** Two issuers. */
  OTHER_ISSUER_IN_OLD_EXTENSION(
      "The old and the new extension name different issuers.",
      draft -> draft.leaf.raw(1, Spoilers.EVIL)),
  /** Another subject. */
  OTHER_SUBJECT(
      "The certificate is another subject's.",
      draft -> Spoilers.subject(draft, Spoilers::anotherSubject)),
  /** A subject that ends like the right one. */
  SUBJECT_WITH_PREFIX(
      "The subject only ends like the expected one, as for a pattern without anchor.",
      draft -> Spoilers.subject(draft, Spoilers::prefixed)),
  /** A subject that begins like the right one. */
  SUBJECT_WITH_SUFFIX(
      "The subject only begins like the expected one, as for a pattern without end.",
      draft -> Spoilers.subject(draft, text -> text + ".evil.example")),
  /** A subject in capitals. */
  SUBJECT_IN_UPPER_CASE(
      "The subject is the expected one in capital letters.",
      draft -> Spoilers.subject(draft, text -> text.toUpperCase(Locale.ROOT))),
  /** A URI as an e-mail address, or the reverse. */
  SUBJECT_OF_ANOTHER_KIND(
      "The subject has the right text as an e-mail address instead of a URI, or as a mailto URI.",
      Spoilers::otherKindOfSubject),
  /** Two subjects. */
  TWO_SUBJECTS("The certificate has a second subject.", Spoilers::secondSubject),
  /** No subject. */
  NO_SUBJECT("The certificate has no subject.", draft -> draft.leaf.names = null),

  /** Certificate in no log. */
  NO_SCT("The certificate has no signed certificate timestamp (SCT).", Spoilers::noSct),
  /** Certificate in a log that is not trusted. */
  SCT_OF_UNKNOWN_LOG(
      "The certificate's SCT is of a log that is not trusted.", Spoilers::sctOfUnknownLog),
  /** A trusted log's name on a stranger's SCT. */
  SCT_BY_ANOTHER_KEY(
      "The certificate's SCT names the trusted log and is signed by another key.",
      draft -> draft.leaf.scts.get(0).key = Spoilers.stranger().getPrivate()),
  /** A genuine SCT, of something else. */
  SCT_OF_ANOTHER_CERTIFICATE(
      "The certificate's SCT is genuine, and another certificate's.",
      Spoilers::sctOfAnotherCertificate),
  /** An SCT that another issuer's certificate would have. */
  SCT_OVER_ANOTHER_ISSUER(
      "The certificate's SCT is over the same certificate of another issuer.",
      draft -> draft.leaf.scts.get(0).overIssuer = Spoilers.stranger().getPublic()),
  /** An SCT over too much. */
  SCT_OVER_THE_WHOLE_CERTIFICATE(
      "The certificate's SCT is over the certificate with its SCTs, not without.",
      draft -> draft.leaf.scts.get(0).overCertificateWithScts = true),

  /** Not logged. */
  NO_LOG_ENTRY("The signature is in no transparency log.", draft -> draft.entries.clear()),
  /** Logged where nobody looks. */
  LOG_ENTRY_OF_UNKNOWN_LOG(
      "The signature is in a transparency log that is not trusted.", Spoilers::unknownLog),
  /** A genuine entry, of another artifact. */
  LOG_ENTRY_OF_ANOTHER_ARTIFACT(
      "The log entry is genuine, and about another artifact of the same signer.",
      draft -> Spoilers.entryOf(draft, other -> Spoilers.wholly(other, "another"))),
  /** A genuine entry, of another signer. */
  LOG_ENTRY_OF_ANOTHER_SIGNER(
      "The log entry is genuine, and about the same artifact signed by another.",
      draft -> Spoilers.entryOf(draft, Spoilers::signedByAnother)),
  /** A genuine entry, of another signature. */
  LOG_ENTRY_OF_ANOTHER_SIGNATURE(
      "The log entry is genuine, and holds another signature of the same signer and artifact.",
      draft -> Spoilers.entryOf(draft, other -> {})),
  /** An entry whose version is not its body's. */
  LOG_ENTRY_OF_ANOTHER_VERSION(
      "The log entry says another version than its body.", Spoilers::entryVersion),
  /** An index below zero. */
  LOG_ENTRY_INDEX_NEGATIVE(
      "The entry's index is -1.", draft -> Spoilers.inEntry(draft, "logIndex", "-1")),
  /** An index that readers understand differently. */
  LOG_ENTRY_INDEX_WITH_A_ZERO_BEFORE(
      "The entry's index is right, with a zero before it.", Spoilers::zeroBefore),
  /** A promise by a stranger. */
  PROMISE_BY_ANOTHER_KEY(
      "The log's promise (signed entry timestamp) is by another key than the log's.",
      draft -> draft.first().promiseKey = Spoilers.stranger()),
  /** Another time than was promised. */
  PROMISE_OF_ANOTHER_TIME(
      "The entry's time is a second after the one that the log's promise covers.",
      draft ->
          Spoilers.inEntry(
              draft, "integratedTime", Long.toString(draft.signedAt.getEpochSecond() + 1))),
  /** Another index than was promised. */
  PROMISE_OF_ANOTHER_INDEX(
      "The entry's index is not the one that the log's promise covers.",
      draft -> Spoilers.inEntry(draft, "logIndex", "1001")),
  /** Promised, not proven. */
  NO_INCLUSION_PROOF("The log entry has no inclusion proof.", draft -> draft.first().proof = false),
  /** A genuine proof, of something else. */
  INCLUSION_PROOF_OF_ANOTHER_ENTRY(
      "The inclusion proof and its checkpoint are genuine, and another entry's.",
      Spoilers::proofOfAnotherEntry),
  /** A hash that is not the tree's. */
  INCLUSION_PROOF_CHANGED(
      "The first hash of the inclusion proof was changed.", Spoilers::proofChanged),
  /** A neighbour's place. */
  INCLUSION_PROOF_AT_ANOTHER_INDEX(
      "The inclusion proof is for the place beside the entry's.", Spoilers::proofBeside),
  /** A hash too few. */
  INCLUSION_PROOF_TOO_SHORT("The inclusion proof lacks its first hash.", Spoilers::proofTooShort),
  /** A hash too many. */
  INCLUSION_PROOF_TOO_LONG(
      "The inclusion proof has a hash more than it needs.", Spoilers::proofTooLong),
  /** A place that is not in the tree. */
  INCLUSION_PROOF_OUTSIDE_THE_TREE(
      "The inclusion proof is for a place after the tree's last.", Spoilers::proofOutside),
  /** Another size than the checkpoint's. */
  INCLUSION_PROOF_OF_ANOTHER_SIZE(
      "The inclusion proof is for a tree that is larger than the checkpoint's.",
      draft -> Spoilers.inProof(draft, proof -> proof.put("treeSize", "8"))),
  /** A proof that leads nowhere. */
  NO_CHECKPOINT(
      "The inclusion proof has no checkpoint, so that its root is anyone's.",
      draft -> draft.first().checkpoint = false),
  /** A checkpoint by a stranger. */
  CHECKPOINT_BY_ANOTHER_KEY(
      "The checkpoint is by another key than the log's.", Spoilers::checkpointByStranger),
  /** A checkpoint of another origin. */
  CHECKPOINT_OF_ANOTHER_LOG("The checkpoint's origin is another log.", Spoilers::checkpointOrigin),
  /** A checkpoint of another root hash. */
  CHECKPOINT_OF_ANOTHER_TREE(
      "The log signed the checkpoint, and for another tree.",
      draft -> draft.first().signedCheckpoint = Spoilers::otherRootHash),
  /** A checkpoint of another size. */
  CHECKPOINT_OF_ANOTHER_SIZE(
      "The log signed the checkpoint, and for a larger tree.", Spoilers::checkpointSize),
  /** A checkpoint without its first line. */
  CHECKPOINT_WITHOUT_ORIGIN(
      "The log signed the checkpoint, which lacks the line of its origin.",
      draft -> draft.first().signedCheckpoint = text -> text.substring(text.indexOf('\n') + 1)),
  /** A checkpoint with another key's hint. */
  CHECKPOINT_WITH_ANOTHER_HINT(
      "The checkpoint's signature is right, and its hint another key's.", Spoilers::otherHint),
  /** A checkpoint by a witness. */
  CHECKPOINT_BY_A_WITNESS(
      "The checkpoint's only signature names a witness, not the log.", Spoilers::byWitness),
  /** A checkpoint by nobody. */
  CHECKPOINT_UNSIGNED("The checkpoint has no signature.", Spoilers::checkpointUnsigned),
  /** Rekor v2, not proven. */
  REKOR_V2_NO_INCLUSION_PROOF(
      "The entry of Rekor v2 has no inclusion proof.",
      draft -> Spoilers.rekor2(draft).proof = false),
  /** Rekor v2, a checkpoint by a stranger. */
  REKOR_V2_CHECKPOINT_BY_ANOTHER_KEY(
      "The checkpoint of Rekor v2 is by another key than the log's.",
      draft -> Spoilers.rekor2(draft).checkpointKey = Instance.ed25519()),
  /** Rekor v2, whose entries have no time of their own. */
  REKOR_V2_WITHOUT_TIMESTAMP(
      "The entry of Rekor v2 writes a time that nobody signed, and there is no timestamp.",
      draft -> {
        Spoilers.rekor2(draft).time = draft.signedAt;
        draft.stamps.clear();
      }),

  /** No proof of time. */
  NO_TIME(
      "Neither a promise nor a timestamp says when it was signed.",
      draft -> {
        draft.first().promise = false;
        draft.stamps.clear();
      }),
  /** The log's time is another day's. */
  LOG_TIME_OUTSIDE_CERTIFICATE(
      "The log saw the signature a day before the certificate was issued.",
      draft -> draft.first().time = Spoilers.dayBefore(draft)),
  /** The timestamp's time is another day's. */
  TIMESTAMP_OUTSIDE_CERTIFICATE(
      "The timestamp authority saw the signature a day before the certificate was issued.",
      draft -> Spoilers.stamp(draft, stamp -> stamp.at(Spoilers.dayBefore(draft)))),
  /** A timestamp of something else. */
  TIMESTAMP_OVER_ANOTHER_SIGNATURE(
      "The timestamp is genuine, and over other bytes.", Spoilers::stampOfOther),
  /** A timestamp by a stranger. */
  TIMESTAMP_BY_ANOTHER_KEY(
      "The timestamp names the trusted authority and is signed by another key.",
      draft -> Spoilers.stamp(draft, stamp -> stamp.key = Spoilers.stranger().getPrivate())),
  /** A timestamp of an authority that is not trusted. */
  TIMESTAMP_OF_UNKNOWN_AUTHORITY(
      "The only time of an entry of Rekor v2 is by an authority that is not trusted.",
      Spoilers::stampOfUnknownAuthority),
  /** A timestamp that was refused. */
  TIMESTAMP_NOT_GRANTED(
      "The timestamp authority's answer says that the request was rejected.",
      draft -> Spoilers.stamp(draft, stamp -> stamp.status = 2)),
  /** An answer without a timestamp. */
  TIMESTAMP_WITHOUT_TOKEN(
      "The timestamp authority's answer has no timestamp.", Spoilers::stampWithoutToken),
  /** A timestamp with two signers. */
  TIMESTAMP_BY_TWO_SIGNERS(
      "The timestamp has two signers.", draft -> Spoilers.stamp(draft, stamp -> stamp.signers = 2)),
  /** A timestamp whose signer is not bound to a certificate. */
  TIMESTAMP_WITHOUT_SIGNING_CERTIFICATE(
      "The timestamp does not sign which certificate is its signer's.", Spoilers::stampNamesNobody),
  /** A timestamp that does not sign its content. */
  TIMESTAMP_WITHOUT_MESSAGE_DIGEST(
      "The timestamp's signature does not cover its content.", Spoilers::stampOfNoDigest),
  /** A timestamp over SHA-1. */
  TIMESTAMP_OVER_SHA1("The timestamp is over a SHA-1 hash.", Spoilers::stampOverSha1),
  /** A timestamp that may be wrong by a minute and more. */
  TIMESTAMP_TOO_INEXACT(
      "The timestamp says that it may be wrong by 61 seconds.", Spoilers::stampTooInexact),

  /** A good bundle of another artifact. */
  ANOTHER_ARTIFACT(
      "All is right for another artifact of the same signer.",
      draft -> Spoilers.wholly(draft, "another artifact")),
  /** The digest says one thing, the signature another. */
  SIGNATURE_OF_ANOTHER_ARTIFACT(
      "The signature is the certificate's, over something else than digest or statement say.",
      draft -> draft.signature = Spoilers.over(draft, draft.key, "another".getBytes(UTF_8))),
  /** A signature by a stranger. */
  SIGNATURE_BY_ANOTHER_KEY(
      "The signature is by another key than the certificate's.",
      draft -> draft.signature = Spoilers.over(draft, Spoilers.stranger(), draft.signed())),
  /** CVE-2022-21449. */
  SIGNATURE_OF_ZEROS(
      "The signature's two numbers are zero, as in CVE-2022-21449.",
      draft -> draft.signature = new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0}),
  /** A key where an identity is due. */
  SIGNED_BY_A_KEY(
      "It is signed by a key of no identity instead of a certificate's.", Spoilers::byKey),

  /** A version that nobody defined. */
  UNKNOWN_VERSION(
      "The bundle's media type names a version that does not exist.",
      draft -> draft.mediaType = "application/vnd.dev.sigstore.bundle.v0.9+json"),
  /** A chain in version 0.3. */
  VERSION_3_WITH_A_CHAIN(
      "The bundle is of version 0.3, which holds one certificate, and has a chain.",
      draft -> draft.chain = true),
  /** Two signers. */
  KEY_AND_CERTIFICATE(
      "The bundle has a key beside its certificate.", draft -> draft.text = Spoilers::keyToo),
  /** More than a bundle. */
  TEXT_AFTER_THE_END(
      "An empty object follows the bundle.", draft -> draft.text = json -> json + "{}"),
  /** Half a bundle. */
  CUT_IN_HALF(
      "The bundle's text ends in the middle.",
      draft -> draft.text = json -> json.substring(0, json.length() / 2)),
  /** JSON that readers understand differently. */
  DOUBLED_MEMBER(
      "The bundle has its media type twice.",
      draft -> draft.text = json -> json.replaceFirst("\\{", "{\"mediaType\":\"x\","));

  private final String why;
  private final Spoiler spoiler;

  BadBundle(String why, Spoiler spoiler) {
    this.why = why;
    this.spoiler = spoiler;
  }

  /**
   * What is wrong.
   *
   * @return one English sentence
   */
  public String why() {
    return why;
  }

  void spoil(BundleDraft draft) {
    spoiler.spoil(draft);
  }

  @Immutable
  @FunctionalInterface
  private interface Spoiler {
    void spoil(BundleDraft draft);
  }
}
