package io.bartizan.testkit.sigstore;

import io.bartizan.testkit.sigstore.draft.RootDraft;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * Faults of a trusted root ({@code trusted_root.json}): spans of validity, chains, keys, format.
 * Each is made by {@link DevSigstore#withTrustedRoot(BadTrustedRoot)}.
 *
 * <p>Either the root itself is refused as it is loaded, or by it the bundle of {@link
 * DevSigstore#sign} is, which is good but for this fault of the root. A root that is too old has no
 * fault in its text: give your verifier the time at which it was obtained.
 */
public enum BadTrustedRoot {
  /** A version that is not said. */
  NO_VERSION(
      "The trusted root does not say its version.", draft -> draft.members.remove("mediaType")),
  /** A version that nobody defined. */
  UNKNOWN_VERSION(
      "The trusted root's version does not exist.",
      draft ->
          draft.members.put("mediaType", "application/vnd.dev.sigstore.trustedroot.v0.9+json")),
  /** JSON that readers understand differently. */
  MEMBER_TWICE(
      "The trusted root has its media type twice.",
      draft -> draft.text = json -> json.replaceFirst("\\{", "{\"mediaType\":\"x\",")),
  /** A name that some readers know. */
  MEMBER_IN_ANOTHER_SPELLING(
      "The trusted root has its media type a second time, as media_type.",
      draft -> draft.text = json -> json.replaceFirst("\\{", "{\"media_type\":\"x\",")),
  /** More than a trusted root. */
  TEXT_AFTER_THE_END(
      "An empty object follows the trusted root.", draft -> draft.text = json -> json + "{}"),
  /** Half a trusted root. */
  CUT_IN_HALF(
      "The trusted root's text ends in the middle.",
      draft -> draft.text = json -> json.substring(0, json.length() / 2)),
  /** Too much to read. */
  TOO_LARGE("The trusted root has more than 1 MiB.", draft -> draft.text = RootFaults::tooLarge),

  /** A span that is over. */
  LOG_ENDED(
      "The transparency logs' keys were withdrawn before the artifact was signed.",
      draft -> RootFaults.ended(draft, RootFaults.LOGS)),
  /** A span to come. */
  LOG_NOT_YET_BEGUN(
      "The transparency logs' keys become valid after the artifact was signed.",
      draft -> RootFaults.notBegun(draft, RootFaults.LOGS)),
  /** A span since ever. */
  LOG_WITHOUT_START(
      "The transparency logs' keys have a time to end and none to begin.",
      draft -> RootFaults.withoutStart(draft, RootFaults.LOGS)),
  /** A span of nothing. */
  LOG_ENDS_BEFORE_ITS_START(
      "The transparency logs' keys end before they begin.",
      draft -> RootFaults.endsBeforeItsStart(draft, RootFaults.LOGS)),

  /** A span that is over. */
  CERTIFICATE_LOG_ENDED(
      "The certificate log's key was withdrawn before the artifact was signed.",
      draft -> RootFaults.ended(draft, RootFaults.CERTIFICATE_LOGS)),
  /** A span to come. */
  CERTIFICATE_LOG_NOT_YET_BEGUN(
      "The certificate log's key becomes valid after the artifact was signed.",
      draft -> RootFaults.notBegun(draft, RootFaults.CERTIFICATE_LOGS)),
  /** A span since ever. */
  CERTIFICATE_LOG_WITHOUT_START(
      "The certificate log's key has a time to end and none to begin.",
      draft -> RootFaults.withoutStart(draft, RootFaults.CERTIFICATE_LOGS)),
  /** A span of nothing. */
  CERTIFICATE_LOG_ENDS_BEFORE_ITS_START(
      "The certificate log's key ends before it begins.",
      draft -> RootFaults.endsBeforeItsStart(draft, RootFaults.CERTIFICATE_LOGS)),

  /** A span that is over. */
  CERTIFICATE_AUTHORITY_ENDED(
      "The certificate authority was withdrawn before the artifact was signed.",
      draft -> RootFaults.ended(draft, RootFaults.AUTHORITIES)),
  /** A span to come. */
  CERTIFICATE_AUTHORITY_NOT_YET_BEGUN(
      "The certificate authority becomes valid after the artifact was signed.",
      draft -> RootFaults.notBegun(draft, RootFaults.AUTHORITIES)),
  /** A span since ever. */
  CERTIFICATE_AUTHORITY_WITHOUT_START(
      "The certificate authority has a time to end and none to begin.",
      draft -> RootFaults.withoutStart(draft, RootFaults.AUTHORITIES)),
  /** A span of nothing. */
  CERTIFICATE_AUTHORITY_ENDS_BEFORE_ITS_START(
      "The certificate authority ends before it begins.",
      draft -> RootFaults.endsBeforeItsStart(draft, RootFaults.AUTHORITIES)),

  /** A span that is over. */
  TIMESTAMP_AUTHORITY_ENDED(
      "The timestamp authority was withdrawn before the artifact was signed.",
      draft -> RootFaults.ended(draft, RootFaults.TIMESTAMPS)),
  /** A span to come. */
  TIMESTAMP_AUTHORITY_NOT_YET_BEGUN(
      "The timestamp authority becomes valid after the artifact was signed.",
      draft -> RootFaults.notBegun(draft, RootFaults.TIMESTAMPS)),
  /** A span since ever. */
  TIMESTAMP_AUTHORITY_WITHOUT_START(
      "The timestamp authority has a time to end and none to begin.",
      draft -> RootFaults.withoutStart(draft, RootFaults.TIMESTAMPS)),
  /** A span of nothing. */
  TIMESTAMP_AUTHORITY_ENDS_BEFORE_ITS_START(
      "The timestamp authority ends before it begins.",
      draft -> RootFaults.endsBeforeItsStart(draft, RootFaults.TIMESTAMPS)),

  /** A name that chooses another key. */
  LOG_ID_OF_ANOTHER_KEY(
      "The log's identifier is not derived from its key.",
      draft -> RootFaults.otherId(draft, RootFaults.LOGS)),
  /** A name that chooses another key. */
  CERTIFICATE_LOG_ID_OF_ANOTHER_KEY(
      "The certificate log's identifier is not derived from its key.",
      draft -> RootFaults.otherId(draft, RootFaults.CERTIFICATE_LOGS)),
  /** Two logs of one name. */
  LOG_TWICE("The same log is there twice.", RootFaults::logTwice),
  /** Too much to read. */
  TOO_MANY_LOGS("The trusted root has over 100 logs.", RootFaults::tooManyLogs),
  /** A key that is not what it says. */
  LOG_KEY_OF_ANOTHER_KIND(
      "The log's ECDSA key is said to be of Ed25519.", RootFaults::otherKindOfKey),
  /** A log that signs in no name. */
  LOG_WITHOUT_ADDRESS(
      "The log of Rekor v1 has no address, so that its checkpoints have no name.",
      draft -> RootFaults.address(draft, "")),
  /** A log that signs in another name. */
  LOG_OF_ANOTHER_ADDRESS(
      "The log of Rekor v1 has another address than its checkpoints name.",
      draft -> RootFaults.address(draft, "https://rekor.evil.example")),
  /** No transparency log. */
  NO_LOG(
      "The trusted root has no transparency log.",
      draft -> RootFaults.none(draft, RootFaults.LOGS)),
  /** No certificate log. */
  NO_CERTIFICATE_LOG(
      "The trusted root has no certificate log.",
      draft -> RootFaults.none(draft, RootFaults.CERTIFICATE_LOGS)),
  /** No certificate authority. */
  NO_CERTIFICATE_AUTHORITY(
      "The trusted root has no certificate authority.",
      draft -> RootFaults.none(draft, RootFaults.AUTHORITIES)),
  /** Staging in place of production. */
  OF_ANOTHER_INSTANCE(
      "The trusted root is another instance's, as staging's in place of production's.",
      draft ->
          RootFaults.ofAnotherInstance(
              draft,
              RootFaults.LOGS,
              RootFaults.CERTIFICATE_LOGS,
              RootFaults.AUTHORITIES,
              RootFaults.TIMESTAMPS)),
  /** Other logs. */
  LOG_OF_ANOTHER_INSTANCE(
      "The transparency logs are another instance's, of the same addresses.",
      draft -> RootFaults.ofAnotherInstance(draft, RootFaults.LOGS)),
  /** Another certificate log. */
  CERTIFICATE_LOG_OF_ANOTHER_INSTANCE(
      "The certificate log is another instance's.",
      draft -> RootFaults.ofAnotherInstance(draft, RootFaults.CERTIFICATE_LOGS)),
  /** Another authority of the same name. */
  CERTIFICATE_AUTHORITY_OF_ANOTHER_INSTANCE(
      "The certificate authority is another instance's, of the same name.",
      draft -> RootFaults.ofAnotherInstance(draft, RootFaults.AUTHORITIES)),

  /** No certificate. */
  CERTIFICATE_AUTHORITY_WITHOUT_CHAIN(
      "The certificate authority's chain is empty.",
      draft -> RootFaults.chain(draft, RootFaults.AUTHORITIES)),
  /** A chain without an end. */
  CERTIFICATE_AUTHORITY_WITHOUT_ROOT(
      "The certificate authority's chain does not end with its root.",
      draft -> RootFaults.chain(draft, RootFaults.AUTHORITIES, draft.instance.intermediate)),
  /** A chain turned round. */
  CERTIFICATE_AUTHORITY_ROOT_FIRST(
      "The certificate authority's chain begins with its root.",
      draft ->
          RootFaults.chain(
              draft, RootFaults.AUTHORITIES, draft.instance.root, draft.instance.intermediate)),
  /** A root that did not sign. */
  CERTIFICATE_AUTHORITY_OF_ANOTHER_ROOT(
      "The chain's root has the right name and another key.",
      draft ->
          RootFaults.chain(
              draft,
              RootFaults.AUTHORITIES,
              draft.instance.intermediate,
              RootFaults.stranger(draft, "CN=root"))),
  /** A certificate that may not issue. */
  CERTIFICATE_AUTHORITY_IS_NONE(
      "The first certificate of the authority's chain is not an authority's.",
      draft ->
          RootFaults.chain(
              draft, RootFaults.AUTHORITIES, draft.instance.tsa, draft.instance.tsaRoot)),
  /** A key that may not issue. */
  CERTIFICATE_AUTHORITY_MAY_NOT_ISSUE(
      "The intermediate's key usage lacks keyCertSign.", RootFaults::mayNotIssue),
  /** An authority of something else. */
  CERTIFICATE_AUTHORITY_FOR_SERVERS(
      "The intermediate's extended key usage is serverAuth.", RootFaults::forServers),
  /** A root that allows no intermediate. */
  CERTIFICATE_AUTHORITY_PATH_TOO_LONG(
      "The root's path length allows no intermediate.", RootFaults::pathTooLong),
  /** Signed over SHA-1. */
  CERTIFICATE_AUTHORITY_SIGNED_WITH_SHA1(
      "The intermediate is signed with SHA-1.", RootFaults::signedWithSha1),
  /** An intermediate past its end. */
  CERTIFICATE_AUTHORITY_EXPIRED(
      "The intermediate had expired before the artifact was signed.", RootFaults::expired),
  /** A root past its end. */
  CERTIFICATE_AUTHORITY_ROOT_EXPIRED(
      "The root had expired before the artifact was signed.", RootFaults::rootExpired),
  /** An extension that must be understood. */
  CERTIFICATE_AUTHORITY_UNKNOWN_CRITICAL_EXTENSION(
      "The intermediate has a critical extension that nobody knows.",
      RootFaults::unknownCriticalExtension),
  /** An authority of other names. */
  CERTIFICATE_AUTHORITY_FOR_OTHER_NAMES(
      "The intermediate may issue for evil.example alone.", RootFaults::constrained),
  /** One of two. */
  ONE_BROKEN_CERTIFICATE_AUTHORITY(
      "A second certificate authority's chain begins with its root.", RootFaults::oneBroken),

  /** No purpose. */
  TIMESTAMP_AUTHORITY_WITHOUT_PURPOSE(
      "The timestamp authority's certificate has no extended key usage.",
      RootFaults::timestampsWithoutPurpose),
  /** Another purpose. */
  TIMESTAMP_AUTHORITY_FOR_CODE_SIGNING(
      "The timestamp authority's extended key usage is codeSigning.",
      draft -> RootFaults.timestamps(draft, true, KeyPurposeId.id_kp_codeSigning)),
  /** Two purposes. */
  TIMESTAMP_AUTHORITY_WITH_FURTHER_PURPOSE(
      "The timestamp authority's certificate is for code signing too.",
      draft ->
          RootFaults.timestamps(
              draft, true, KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning)),
  /** A purpose that may be passed over. */
  TIMESTAMP_AUTHORITY_PURPOSE_NOT_CRITICAL(
      "The timestamp authority's extended key usage is not critical, which RFC 3161 asks for.",
      draft -> RootFaults.timestamps(draft, false, KeyPurposeId.id_kp_timeStamping)),
  /** A certificate past its end. */
  TIMESTAMP_AUTHORITY_EXPIRED(
      "The timestamp authority's certificate had expired before the timestamp.",
      RootFaults::timestampsExpired),
  /** A root past its end. */
  TIMESTAMP_AUTHORITY_ROOT_EXPIRED(
      "The timestamp authority's root had expired before the timestamp.",
      RootFaults::timestampsRootExpired),
  /** Signed over SHA-1. */
  TIMESTAMP_AUTHORITY_SIGNED_WITH_SHA1(
      "The timestamp authority's certificate is signed with SHA-1.",
      RootFaults::timestampsWithSha1),
  /** No authority above it. */
  TIMESTAMP_AUTHORITY_SELF_SIGNED(
      "The timestamp authority's certificate is signed by itself, and alone.",
      RootFaults::timestampsSelfSigned),
  /** A chain without an end. */
  TIMESTAMP_AUTHORITY_WITHOUT_ROOT(
      "The timestamp authority's chain does not end with its root.",
      draft -> RootFaults.chain(draft, RootFaults.TIMESTAMPS, draft.instance.tsa)),
  /** A chain turned round. */
  TIMESTAMP_AUTHORITY_ROOT_FIRST(
      "The timestamp authority's chain begins with its root.",
      draft ->
          RootFaults.chain(
              draft, RootFaults.TIMESTAMPS, draft.instance.tsaRoot, draft.instance.tsa)),
  /** A root that did not sign. */
  TIMESTAMP_AUTHORITY_OF_ANOTHER_ROOT(
      "The timestamp authority's root has the right name and another key.",
      draft ->
          RootFaults.chain(
              draft,
              RootFaults.TIMESTAMPS,
              draft.instance.tsa,
              RootFaults.stranger(draft, "CN=tsa root")));

  private final String why;
  private final Spoiler<RootDraft> spoiler;

  BadTrustedRoot(String why, Spoiler<RootDraft> spoiler) {
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

  void spoil(RootDraft draft) {
    spoiler.spoil(draft);
  }
}
