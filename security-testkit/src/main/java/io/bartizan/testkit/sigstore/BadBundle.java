package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * Faults of a Sigstore bundle for which Bartizan's verifier refuses it; each is made by {@link
 * DevSigstore#forge}.
 *
 * <p>All but the named fault is as in the good bundle: an entry of Rekor v1 with promise and proof,
 * and a timestamp, or where the sentence says so an entry of Rekor v2. {@link
 * DevBundle.Builder#forge(BadBundle)} puts the same fault in a bundle of Rekor v2 or in an
 * attestation. Faults that only an attestation can have are those of {@link BadStatement}, those of
 * the trusted root of {@link BadTrustedRoot}. Verifiers differ: {@code
 * docs/guides/testing-signatures.md} names those that cosign 3 accepts.
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
  /** A certificate for nothing in particular. */
  CERTIFICATE_WITHOUT_PURPOSE(
      "The certificate has no extended key usage.", LeafFaults::withoutPurpose),
  /** A signer's and a server's certificate. */
  CERTIFICATE_WITH_FURTHER_PURPOSE(
      "The certificate is for servers too.", LeafFaults::furtherPurpose),
  /** An issuer that only the bundle names. */
  CERTIFICATE_OF_ANOTHER_INTERMEDIATE(
      "The issuer is one of the trusted root's, but not the one that the trusted root names.",
      LeafFaults::anotherIntermediate),
  /** Older than its authority. */
  CERTIFICATE_BEFORE_ITS_AUTHORITY(
      "The certificate was issued before its authority was to be trusted.",
      LeafFaults::beforeItsAuthority),
  /** An extension that readers understand differently. */
  CERTIFICATE_EXTENSION_TWICE(
      "The certificate has the extension of the issuer of its identity twice.",
      LeafFaults::extensionTwice),
  /** Half a certificate. */
  CERTIFICATE_CUT("The certificate lacks its last byte.", LeafFaults::cut),
  /** More than a certificate. */
  CERTIFICATE_WITH_BYTES_AFTER("A byte follows the certificate.", LeafFaults::bytesAfter),

  /** The same subject by another issuer. */
  OTHER_ISSUER(
      "Another identity provider vouched for the subject.",
      draft -> draft.leaf.raw(1, Spoilers.EVIL).text(8, Spoilers.EVIL)),
  /** Two issuers. */
  OTHER_ISSUER_IN_OLD_EXTENSION(
      "The old and the new extension name different issuers.",
      draft -> draft.leaf.raw(1, Spoilers.EVIL)),
  /** An extension that is no DER. */
  ISSUER_AS_PLAIN_TEXT(
      "The new extension of the issuer is plain text, as the old one is.",
      LeafFaults::issuerAsPlainText),
  /** More than an issuer. */
  ISSUER_WITH_BYTES_AFTER(
      "A byte follows the name of the issuer in its extension.", LeafFaults::issuerWithBytesAfter),
  /** Two issuers in one extension. */
  ISSUER_TWICE("The extension of the issuer has the name twice.", LeafFaults::issuerTwice),
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
  /** A subject with a slash at its end. */
  SUBJECT_WITH_SLASH(
      "The subject is the expected one with a slash after it.",
      draft -> Spoilers.subject(draft, text -> text + "/")),
  /** A subject in another spelling. */
  SUBJECT_PERCENT_ENCODED(
      "The subject's last character is percent-encoded.",
      draft -> Spoilers.subject(draft, LeafFaults::percentEncoded)),
  /** A subject that some readers cut. */
  SUBJECT_WITH_NUL(
      "A NUL and another name follow the expected subject.",
      draft -> Spoilers.subject(draft, text -> text + "\0.evil.example")),
  /** A subject that looks the same. */
  SUBJECT_IN_ANOTHER_ALPHABET(
      "The subject's first e is a Cyrillic letter that looks the same.",
      draft -> Spoilers.subject(draft, LeafFaults::lookalike)),
  /** A URI as an e-mail address, or the reverse. */
  SUBJECT_OF_ANOTHER_KIND(
      "The subject has the right text as an e-mail address instead of a URI, or as a mailto URI.",
      Spoilers::otherKindOfSubject),
  /** Two refs. */
  WORKFLOW_REF_CONTRADICTED(
      "The certificate's subject and its field of the source's ref name two refs.",
      LeafFaults::refContradicted),
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
  /** A list of nothing. */
  SCT_LIST_EMPTY("The certificate's list of SCTs is empty.", LeafFaults::sctListEmpty),
  /** A length that lies. */
  SCT_LIST_CUT("The certificate's list of SCTs ends before its length.", LeafFaults::sctListCut),
  /** More than a list. */
  SCT_LIST_WITH_BYTES_AFTER(
      "A byte follows the certificate's list of SCTs.",
      draft -> draft.leaf.afterScts = new byte[1]),
  /** More than an SCT. */
  SCT_WITH_BYTES_AFTER(
      "A byte follows the SCT in its place in the list.",
      draft -> draft.leaf.scts.get(0).trailing = new byte[1]),
  /** A version that nobody defined. */
  SCT_OF_ANOTHER_VERSION("The SCT is of version 2.", draft -> draft.leaf.scts.get(0).version = 1),
  /** Another algorithm than the key's. */
  SCT_OF_ANOTHER_ALGORITHM(
      "The SCT says that it is signed with RSA, and the log's key is of ECDSA.",
      draft -> draft.leaf.scts.get(0).algorithm = 1),
  /** Older than its log. */
  SCT_BEFORE_THE_LOG(
      "The SCT is of a time before its log was to be trusted.", LeafFaults::sctBeforeTheLog),
  /** One of two. */
  SECOND_SCT_BY_ANOTHER_KEY(
      "A second SCT names the trusted log and is signed by another key.",
      LeafFaults::secondSctByAnotherKey),
  /** One of two. */
  SECOND_SCT_OF_ANOTHER_VERSION(
      "A second SCT is of a version that does not exist.", LeafFaults::secondSctGarbage),
  /** Too much to verify. */
  TOO_MANY_SCTS("The certificate has 17 SCTs.", LeafFaults::tooManyScts),

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
  /** A genuine entry, of another certificate. */
  LOG_ENTRY_OF_ANOTHER_CERTIFICATE(
      "The log entry is genuine, and names another certificate of the same key.",
      EntryFaults::ofAnotherCertificate),
  /** A genuine entry, of a key. */
  LOG_ENTRY_OF_A_KEY(
      "The log entry is genuine, and names the key instead of the certificate.",
      EntryFaults::ofAKey),
  /** A genuine entry, of another kind. */
  LOG_ENTRY_OF_ANOTHER_KIND(
      "The log entry is of the kind for statements, and the bundle signs an artifact, or the reverse.",
      EntryFaults::ofAnotherKind),
  /** An entry whose kind is not its body's. */
  LOG_ENTRY_SAYS_ANOTHER_KIND(
      "The log entry says another kind than its body.", EntryFaults::saysAnotherKind),
  /** A kind that is not read. */
  LOG_ENTRY_OF_UNKNOWN_KIND(
      "The log entry is of a kind that does not hold such signatures.", EntryFaults::ofUnknownKind),
  /** A version that nobody defined. */
  LOG_ENTRY_OF_UNKNOWN_VERSION(
      "The log entry is of a version that does not exist.", EntryFaults::ofUnknownVersion),
  /** JSON that readers understand differently. */
  LOG_ENTRY_BODY_MEMBER_TWICE(
      "The log entry's body has its kind twice.", EntryFaults::bodyMemberTwice),
  /** More than a body. */
  LOG_ENTRY_BODY_TEXT_AFTER(
      "An empty object follows the log entry's body.", EntryFaults::bodyTextAfter),
  /** A name that some readers know. */
  LOG_ENTRY_BODY_IN_OTHER_CASE(
      "A member of the log entry's body is in another case.", EntryFaults::bodyInOtherCase),
  /** The same in other bytes. */
  LOG_ENTRY_BODY_WRITTEN_ANEW(
      "The log entry's body says the same in other bytes than the log has.",
      EntryFaults::bodyWrittenAnew),
  /** Too much to read. */
  LOG_ENTRY_BODY_TOO_LARGE(
      "The log entry's body has 2,000 numbers more than it needs.", EntryFaults::bodyTooLarge),
  /** An entry of nothing. */
  LOG_ENTRY_WITHOUT_BODY("The log entry has no body.", EntryFaults::withoutBody),
  /** An entry of no log. */
  LOG_ENTRY_WITHOUT_LOG("The log entry does not say whose it is.", EntryFaults::withoutLog),
  /** A weak hash. */
  LOG_ENTRY_HASH_OF_MD5("The log entry says that its hash is MD5.", EntryFaults::hashOfMd5),
  /** Half a hash. */
  LOG_ENTRY_HASH_CUT("The log entry's hash is only the beginning of one.", EntryFaults::hashCut),
  /** One of two. */
  SECOND_LOG_ENTRY_OF_ANOTHER_ARTIFACT(
      "A second log entry is genuine, and about another artifact.",
      EntryFaults::secondOfAnotherArtifact),
  /** One of two. */
  SECOND_LOG_ENTRY_BY_ANOTHER_KEY(
      "A second log entry's checkpoint is by another key than the log's.",
      EntryFaults::secondByAnotherKey),
  /** Too much to verify. */
  TOO_MANY_LOG_ENTRIES("The bundle has 33 log entries.", EntryFaults::tooMany),
  /** An entry whose version is not its body's. */
  LOG_ENTRY_OF_ANOTHER_VERSION(
      "The log entry says another version than its body.", Spoilers::entryVersion),
  /** An index below zero. */
  LOG_ENTRY_INDEX_NEGATIVE(
      "The entry's index is -1.", draft -> Spoilers.inEntry(draft, "logIndex", "-1")),
  /** An index that readers understand differently. */
  LOG_ENTRY_INDEX_WITH_A_ZERO_BEFORE(
      "The entry's index is right, with a zero before it.", Spoilers::zeroBefore),
  /** An index that readers understand differently. */
  LOG_ENTRY_INDEX_WITH_A_PLUS(
      "The entry's index is right, with a plus sign before it.",
      draft -> EntryFaults.index(draft, index -> "+" + index)),
  /** An index that readers understand differently. */
  LOG_ENTRY_INDEX_WITH_A_BLANK(
      "The entry's index is right, with a blank after it.",
      draft -> EntryFaults.index(draft, index -> index + " ")),
  /** An index that does not fit. */
  LOG_ENTRY_INDEX_TOO_LARGE(
      "The entry's index is 2 to the power of 63.",
      draft -> EntryFaults.index(draft, index -> "9223372036854775808")),
  /** An index between two. */
  LOG_ENTRY_INDEX_NOT_WHOLE(
      "The entry's index has a half after the point.", EntryFaults::indexAsFraction),
  /** Each in the other's place. */
  LOG_ENTRY_INDICES_SWAPPED(
      "The index in the whole log and the one in its shard are swapped.",
      EntryFaults::indicesSwapped),
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
  /** Another log than was promised. */
  PROMISE_OF_ANOTHER_LOG(
      "The log's promise is rightly signed, and names another log.",
      EntryFaults::promiseOfAnotherLog),
  /** A promise of nothing. */
  PROMISE_EMPTY("The log's promise is empty.", EntryFaults::promiseEmpty),
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
  /** A tree of nothing. */
  INCLUSION_PROOF_OF_AN_EMPTY_TREE(
      "The inclusion proof is for a tree of size 0.", ProofFaults::emptyTree),
  /** A place beyond all trees. */
  INCLUSION_PROOF_INDEX_HUGE(
      "The inclusion proof is for the place 2 to the power of 63, less one.",
      ProofFaults::hugeIndex),
  /** A place before the first. */
  INCLUSION_PROOF_INDEX_NEGATIVE(
      "The inclusion proof is for the place -1.", ProofFaults::negativeIndex),
  /** A hash that is none. */
  INCLUSION_PROOF_HASH_CUT(
      "The first hash of the inclusion proof has 31 bytes.", ProofFaults::hashCut),
  /** Hashes in another order. */
  INCLUSION_PROOF_HASHES_SWAPPED(
      "The first two hashes of the inclusion proof are swapped.", ProofFaults::hashesSwapped),
  /** Another root than the checkpoint's. */
  INCLUSION_PROOF_OF_ANOTHER_ROOT(
      "The inclusion proof names another root than its checkpoint.", ProofFaults::otherRoot),
  /** A tree in which a node may pose as an entry. */
  INCLUSION_PROOF_WITHOUT_LEAF_PREFIX(
      "The tree hashes its entries without the zero byte before them.",
      ProofFaults::withoutLeafPrefix),
  /** Too much to verify. */
  TOO_MANY_HASHES("The inclusion proof has 65 hashes.", ProofFaults::tooManyHashes),
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
  /** A checkpoint of a log that is trusted too. */
  CHECKPOINT_OF_THE_OTHER_LOG(
      "The checkpoint is genuine, and the other trusted log's.", ProofFaults::ofTheOtherLog),
  /** A checkpoint without its second line. */
  CHECKPOINT_WITHOUT_SIZE(
      "The log signed the checkpoint, which lacks the line of its size.", ProofFaults::withoutSize),
  /** A checkpoint without its third line. */
  CHECKPOINT_WITHOUT_ROOT(
      "The log signed the checkpoint, which lacks the line of its root.", ProofFaults::withoutRoot),
  /** A size that readers understand differently. */
  CHECKPOINT_SIZE_WITH_A_PLUS(
      "The log signed the checkpoint, and its size has a plus sign before it.",
      ProofFaults::sizeWithPlus),
  /** A size that readers understand differently. */
  CHECKPOINT_SIZE_WITH_A_ZERO_BEFORE(
      "The log signed the checkpoint, and its size has a zero before it.",
      ProofFaults::sizeWithZero),
  /** A root in another spelling. */
  CHECKPOINT_ROOT_UNPADDED(
      "The log signed the checkpoint, and its root lacks the padding of base64.",
      ProofFaults::rootUnpadded),
  /** A root that is none. */
  CHECKPOINT_ROOT_CUT(
      "The log signed the checkpoint, and its root has 31 bytes.", ProofFaults::rootCut),
  /** A note whose text has no end. */
  CHECKPOINT_WITHOUT_BLANK_LINE(
      "No empty line is between the checkpoint and its signature.", ProofFaults::withoutBlankLine),
  /** A note whose text has two ends. */
  CHECKPOINT_WITH_TWO_BLANK_LINES(
      "Two empty lines are between the checkpoint and its signature.", ProofFaults::twoBlankLines),
  /** A note that was sent as mail. */
  CHECKPOINT_WITH_CARRIAGE_RETURNS(
      "The checkpoint's lines end with carriage returns.", ProofFaults::carriageReturns),
  /** A note that was cut. */
  CHECKPOINT_WITHOUT_LINE_END(
      "The checkpoint's signature has no end of line.", ProofFaults::withoutLineEnd),
  /** A note in another spelling. */
  CHECKPOINT_WITH_A_HYPHEN(
      "A hyphen is in the place of the dash before the checkpoint's signature.",
      ProofFaults::hyphen),
  /** A name in capitals. */
  CHECKPOINT_NAME_IN_UPPER_CASE(
      "The checkpoint's signature names the log in capital letters.", ProofFaults::nameInUpperCase),
  /** The beginning of a name. */
  CHECKPOINT_NAME_CUT(
      "The checkpoint's signature names only the first part of the log's name.",
      ProofFaults::partOfTheName),
  /** A form of the other version. */
  CHECKPOINT_ORIGIN_LIKE_REKOR_V2(
      "The checkpoint of Rekor v1 has an origin as those of Rekor v2 have it.",
      ProofFaults::originLikeRekor2),
  /** Too much to verify. */
  TOO_MANY_CHECKPOINT_SIGNATURES(
      "The checkpoint has 21 signatures.", ProofFaults::tooManySignatures),
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
  /** A form of the other version. */
  REKOR_V2_CHECKPOINT_ORIGIN_LIKE_V1(
      "The checkpoint of Rekor v2 has an origin as those of Rekor v1 have it.",
      ProofFaults::originLikeRekor1),
  /** A hint of the other version. */
  REKOR_V2_CHECKPOINT_HINT_LIKE_V1(
      "The hint of Rekor v2 is derived as those of Rekor v1 are.", ProofFaults::hintLikeRekor1),
  /** Two places. */
  REKOR_V2_INDEX_OF_ANOTHER_PLACE(
      "The entry of Rekor v2 and its proof name two places.", EntryFaults::indexOfAnotherPlace),
  /** A promise that this version does not make. */
  REKOR_V2_WITH_A_PROMISE(
      "The entry of Rekor v2 has a promise, by the log's own key.", EntryFaults::promisedByRekor2),
  /** Another hash than the key's. */
  REKOR_V2_HASH_OF_ANOTHER_KEY_KIND(
      "The entry of Rekor v2 has a key of P-384 and a SHA-256 digest.",
      EntryFaults::hashOfAnotherKeyKind),
  /** A form of the other content. */
  REKOR_V2_ED25519_OF_THE_OTHER_FORM(
      "The entry of Rekor v2 says that an artifact's Ed25519 signature is plain, or an envelope's prehashed.",
      EntryFaults::ed25519OfTheOtherForm),
  /** A kind of key that is not read. */
  REKOR_V2_OF_UNKNOWN_KEY_KIND(
      "The entry of Rekor v2 says a kind of key that is not read.", EntryFaults::unknownKeyKind),
  /** Two signers. */
  REKOR_V2_KEY_AND_CERTIFICATE(
      "The entry of Rekor v2 names a key beside its certificate.", EntryFaults::keyAndCertificate),

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
  /** The log's time is another day's. */
  LOG_TIME_AFTER_CERTIFICATE(
      "The log saw the signature a day after the certificate was issued.",
      EntryFaults::timeAfterCertificate),
  /** The log's time is older than the log. */
  LOG_TIME_BEFORE_THE_LOG(
      "The log promised a time before its key was to be trusted.", EntryFaults::timeBeforeTheLog),
  /** No time. */
  LOG_TIME_ZERO("The log promised the time 0.", EntryFaults::timeZero),
  /** A time before all. */
  LOG_TIME_NEGATIVE("The log promised a time before 1970.", EntryFaults::timeNegative),
  /** A time that is none. */
  LOG_TIME_BEYOND_ALL("The log promised a time that no calendar has.", EntryFaults::timeBeyondAll),
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
  /** Older than its authority. */
  TIMESTAMP_BEFORE_THE_AUTHORITY(
      "The timestamp is of a time before its authority was to be trusted.",
      StampFaults::beforeTheAuthority),
  /** A timestamp of the artifact. */
  TIMESTAMP_OVER_THE_ARTIFACT(
      "The timestamp is over what was signed, not over the signature.",
      StampFaults::overTheArtifact),
  /** A timestamp whose type is not signed. */
  TIMESTAMP_WITHOUT_CONTENT_TYPE(
      "The timestamp does not sign what kind of content it has.", StampFaults::withoutContentType),
  /** Signed data that is no timestamp. */
  TIMESTAMP_OF_ANOTHER_CONTENT_TYPE(
      "The timestamp says that it holds plain data.", StampFaults::ofAnotherContentType),
  /** A timestamp that signs other content. */
  TIMESTAMP_OF_ANOTHER_DIGEST(
      "The timestamp's signature covers other content than it has.", StampFaults::ofAnotherDigest),
  /** Attributes in two orders. */
  TIMESTAMP_ATTRIBUTES_NOT_SORTED(
      "The timestamp's signed attributes are not in the order of DER.", StampFaults::notSorted),
  /** A time of any zone. */
  TIMESTAMP_WITHOUT_ZONE("The timestamp's time does not say its zone.", StampFaults::withoutZone),
  /** A timestamp of another certificate. */
  TIMESTAMP_NAMES_ANOTHER_CERTIFICATE(
      "The timestamp signs the name of another certificate than its signer's.",
      StampFaults::namesAnotherCertificate),
  /** CVE-2026-39984. */
  TIMESTAMP_BY_AN_EMBEDDED_STRANGER(
      "The timestamp brings a stranger's certificate with the trusted one's name and number before the trusted one.",
      StampFaults::foreignCertificate),
  /** Another certificate of the authority. */
  TIMESTAMP_BY_A_CODE_SIGNER(
      "The only time is by a certificate of the timestamp authority's root for code signing.",
      StampFaults::byCodeSigner),
  /** Another certificate of the authority. */
  TIMESTAMP_BY_A_PURPOSE_NOT_CRITICAL(
      "The only time is by a certificate of the same root whose purpose is not critical.",
      StampFaults::byNonCriticalPurpose),
  /** Another certificate of the authority. */
  TIMESTAMP_BY_AN_EXPIRED_CERTIFICATE(
      "The only time is by a certificate of the same root that had expired.",
      StampFaults::byExpired),
  /** No authority at all. */
  TIMESTAMP_BY_A_SELF_SIGNED_CERTIFICATE(
      "The only time is by a certificate that is signed by itself.", StampFaults::bySelfSigned),
  /** Half a timestamp. */
  TIMESTAMP_CUT("The timestamp lacks its last byte.", StampFaults::cut),
  /** More than a timestamp. */
  TIMESTAMP_WITH_BYTES_AFTER("A byte follows the timestamp.", StampFaults::bytesAfter),
  /** A length that lies. */
  TIMESTAMP_OF_HUGE_LENGTH("The timestamp says that it has 1 GiB.", StampFaults::hugeLength),
  /** Nested without end. */
  TIMESTAMP_NESTED_DEEPLY(
      "The timestamp has 10,000 sequences in each other.", StampFaults::nestedDeeply),
  /** One of two. */
  SECOND_TIMESTAMP_BY_ANOTHER_KEY(
      "A second timestamp names the trusted authority and is signed by another key.",
      StampFaults::secondByAnotherKey),
  /** One of two. */
  SECOND_TIMESTAMP_OVER_ANOTHER_SIGNATURE(
      "A second timestamp is genuine, and over other bytes.", StampFaults::secondOfOther),
  /** Too much to verify. */
  TOO_MANY_TIMESTAMPS("The bundle has 33 timestamps.", StampFaults::tooMany),

  /** A good bundle of another artifact. */
  ANOTHER_ARTIFACT(
      "All is right for another artifact of the same signer.",
      draft -> Spoilers.wholly(draft, "another artifact")),
  /** The digest says one thing, the signature another. */
  SIGNATURE_OF_ANOTHER_ARTIFACT(
      "The signature is the certificate's, over something else than digest or statement say.",
      draft -> draft.signature = Spoilers.over(draft, draft.key, "another".getBytes(UTF_8))),
  /** A digest of something else. */
  DIGEST_OF_ANOTHER_ARTIFACT(
      "The digest beside the signature, or in the statement, is another artifact's.",
      FormFaults::digestOfAnother),
  /** A signature by a stranger. */
  SIGNATURE_BY_ANOTHER_KEY(
      "The signature is by another key than the certificate's.",
      draft -> draft.signature = Spoilers.over(draft, Spoilers.stranger(), draft.signed())),
  /** Half a signature. */
  SIGNATURE_CUT("The signature lacks its last byte.", FormFaults::signatureCut),
  /** More than a signature. */
  SIGNATURE_WITH_BYTES_AFTER("A byte follows the signature.", FormFaults::signatureWithBytesAfter),
  /** A signature in another spelling. */
  SIGNATURE_NOT_DER(
      "The signature's first number has a zero byte more than DER allows.",
      FormFaults::signatureNotDer),
  /** No signature. */
  SIGNATURE_EMPTY("The signature is empty.", FormFaults::signatureEmpty),
  /** A signature in another encoding. */
  SIGNATURE_OF_TWO_NUMBERS(
      "The signature is two numbers side by side, as in a JWT, not DER.",
      FormFaults::signatureOfTwoNumbers),
  /** Hashed twice. */
  SIGNATURE_OVER_THE_DIGEST(
      "The signature is over the digest as if that were the content.",
      FormFaults::signatureOverTheDigest),
  /** Hashed otherwise. */
  SIGNATURE_OF_ANOTHER_HASH(
      "The signature is over the SHA-512 hash, and the log entry says SHA-256.",
      FormFaults::signatureOfAnotherHash),
  /** CVE-2022-21449. */
  SIGNATURE_OF_ZEROS(
      "The signature's two numbers are zero, as in CVE-2022-21449.",
      draft -> draft.signature = new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0}),
  /** A key where an identity is due. */
  SIGNED_BY_A_KEY(
      "It is signed by a key of no identity instead of a certificate's.", Spoilers::byKey),
  /** Something else of the same signer. */
  CONTENT_OF_THE_OTHER_KIND(
      "An attestation is in the place of the artifact's signature, or the reverse.",
      FormFaults::otherContent),
  /** Two things signed. */
  TWO_CONTENTS(
      "The bundle has an envelope beside its signature, or the reverse.", FormFaults::bothContents),
  /** Nothing signed. */
  NO_CONTENT("The bundle has neither a signature nor an envelope.", FormFaults::noContent),

  /** A version that nobody defined. */
  UNKNOWN_VERSION(
      "The bundle's media type names a version that does not exist.",
      draft -> draft.mediaType = "application/vnd.dev.sigstore.bundle.v0.9+json"),
  /** A version that is not said. */
  NO_VERSION("The bundle does not say its version.", draft -> draft.mediaType = ""),
  /** A version to come. */
  VERSION_4(
      "The bundle says version 0.4.",
      draft -> draft.mediaType = "application/vnd.dev.sigstore.bundle.v0.4+json"),
  /** A version that some readers trim. */
  VERSION_WITH_A_BLANK(
      "The bundle's media type has a blank after it.",
      draft -> draft.mediaType = draft.mediaType + " "),
  /** A version in capitals. */
  VERSION_IN_UPPER_CASE(
      "The bundle's media type is in capital letters.",
      draft -> draft.mediaType = draft.mediaType.toUpperCase(Locale.ROOT)),
  /** Less than version 0.1 needs. */
  VERSION_1_WITHOUT_PROMISE(
      "The bundle is of version 0.1 and has no promise.", FormFaults::withoutPromise),
  /** A version that needs no proof. */
  VERSION_1_WITH_A_CHANGED_PROOF(
      "The bundle is of version 0.1, which needs no inclusion proof, and its proof was changed.",
      FormFaults::lowered),
  /** A version that needs no proof. */
  VERSION_1_WITHOUT_CHECKPOINT(
      "The bundle is of version 0.1, which needs no inclusion proof, and its proof has no checkpoint.",
      FormFaults::withoutCheckpoint),
  /** Less than version 0.2 needs. */
  VERSION_2_WITHOUT_PROOF(
      "The bundle is of version 0.2 and has no inclusion proof.", FormFaults::withoutProof),
  /** A chain of nothing. */
  CHAIN_EMPTY("The certificate chain is empty.", FormFaults::chainEmpty),
  /** A chain with its own trust. */
  CHAIN_WITH_A_ROOT("The certificate chain has the root in it.", FormFaults::chainWithRoot),
  /** A chain in another order. */
  CHAIN_BEGINS_WITH_AN_AUTHORITY(
      "The certificate chain begins with the intermediate, before the signer's certificate.",
      FormFaults::authorityFirst),
  /** Too much to verify. */
  TOO_MANY_CERTIFICATES(
      "The certificate chain has 11 certificates.", FormFaults::tooManyCertificates),
  /** A chain in version 0.3. */
  VERSION_3_WITH_A_CHAIN(
      "The bundle is of version 0.3, which holds one certificate, and has a chain.",
      draft -> draft.chain = true),
  /** No signer. */
  NO_SIGNER("The bundle has neither a certificate nor a key.", FormFaults::noSigner),
  /** No signer. */
  SIGNER_NULL("The bundle's certificate is null.", draft -> draft.text = FormFaults::signerNull),
  /** Text that is no base64. */
  CERTIFICATE_NOT_BASE64("The certificate's text is no base64.", FormFaults::certificateNoBase64),
  /** Base64 in another spelling. */
  CERTIFICATE_IN_URL_ALPHABET(
      "The certificate is in the alphabet of URLs, not in the standard one.",
      FormFaults::certificateInUrlAlphabet),
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
  /** No bundle. */
  NO_TEXT("The bundle is an empty text.", draft -> draft.text = json -> ""),
  /** No bundle. */
  NULL_BUNDLE("The bundle is null.", draft -> draft.text = json -> "null"),
  /** A list of bundles. */
  BUNDLE_IN_A_LIST("The bundle is in a list.", draft -> draft.text = json -> "[" + json + "]"),
  /** A list where an object is due. */
  LIST_IN_PLACE_OF_AN_OBJECT(
      "The bundle's verification material is in a list.", FormFaults::materialInAList),
  /** Nothing where an object is due. */
  NULL_LOG_ENTRY("A null is before the log entry.", draft -> draft.text = FormFaults::entryNull),
  /** A name that some readers know. */
  MEMBER_IN_ANOTHER_SPELLING(
      "The bundle has an empty verification_material beside its verificationMaterial.",
      draft -> draft.text = FormFaults::otherSpelling),
  /** Nested without end. */
  NESTED_DEEPLY(
      "The bundle has 10,000 lists in each other.", draft -> draft.text = FormFaults::nestedDeeply),
  /** Too much to read. */
  BUNDLE_TOO_LARGE(
      "Blanks of 16 MiB follow the bundle.", draft -> draft.text = FormFaults::tooLarge),
  /** A mark that some readers skip. */
  BYTE_ORDER_MARK(
      "A byte order mark is before the bundle.", draft -> draft.text = json -> "\ufeff" + json),
  /** JSON that readers understand differently. */
  DOUBLED_MEMBER(
      "The bundle has its media type twice.",
      draft -> draft.text = json -> json.replaceFirst("\\{", "{\"mediaType\":\"x\","));

  private static final Set<BadBundle> OF_REKOR_V1 =
      Collections.unmodifiableSet(
          EnumSet.of(
              LOG_ENTRY_OF_ANOTHER_KIND,
              LOG_ENTRY_INDICES_SWAPPED,
              PROMISE_BY_ANOTHER_KEY,
              PROMISE_OF_ANOTHER_TIME,
              PROMISE_OF_ANOTHER_INDEX,
              PROMISE_OF_ANOTHER_LOG,
              PROMISE_EMPTY,
              CHECKPOINT_ORIGIN_LIKE_REKOR_V2,
              LOG_TIME_OUTSIDE_CERTIFICATE,
              LOG_TIME_AFTER_CERTIFICATE,
              LOG_TIME_BEFORE_THE_LOG,
              LOG_TIME_ZERO,
              LOG_TIME_NEGATIVE,
              LOG_TIME_BEYOND_ALL,
              VERSION_1_WITHOUT_PROMISE,
              VERSION_1_WITH_A_CHANGED_PROOF,
              VERSION_1_WITHOUT_CHECKPOINT));

  private final String why;
  private final Spoiler<BundleDraft> spoiler;

  BadBundle(String why, Spoiler<BundleDraft> spoiler) {
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

  /**
   * Whether only an entry of Rekor v1 can have it, because one of Rekor v2 has no promise, no time
   * and one index.
   *
   * @return whether {@link DevBundle.Builder#forge(BadBundle)} refuses it after {@code withRekorV2}
   */
  public boolean isOfRekorV1() {
    return OF_REKOR_V1.contains(this);
  }

  void spoil(BundleDraft draft) {
    spoiler.spoil(draft);
  }
}
