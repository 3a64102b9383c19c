package io.bartizan.testkit.sigstore;

import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.object;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;

/** Faults of DSSE envelopes and of in-toto statements. */
final class StatementFaults {

  private static final int MOST_SUBJECTS = 1024;
  private static final int DEPTH = 10_000;

  private StatementFaults() {}

  private static String statement(BundleDraft draft) {
    return Objects.requireNonNull(draft.payload, "no statement");
  }

  /** Changes the statement before it is signed and logged. */
  static void payload(BundleDraft draft, UnaryOperator<String> change) {
    draft.payload = change.apply(statement(draft));
  }

  static void payloadChanged(BundleDraft draft) {
    String changed = Instance.base64((statement(draft) + " ").getBytes(UTF_8));
    draft.members = bundle -> at(bundle, "dsseEnvelope").put("payload", changed);
  }

  static void noSignature(BundleDraft draft) {
    draft.members = bundle -> JsonTree.list(at(bundle, "dsseEnvelope"), "signatures").clear();
  }

  static void twoSignatures(BundleDraft draft) {
    byte[] other = Spoilers.over(draft, Spoilers.stranger(), draft.signed());
    draft.members =
        bundle ->
            JsonTree.list(at(bundle, "dsseEnvelope"), "signatures")
                .add(object("sig", Instance.base64(other), "keyid", ""));
  }

  static void signatureOverPayload(BundleDraft draft) {
    draft.signature = Spoilers.over(draft, draft.key, statement(draft).getBytes(UTF_8));
  }

  /** The entry's kind in which Rekor v2 has a list of signatures too. */
  private static void dsse(BundleDraft draft) {
    draft.first().kind = "dsse";
  }

  static void entryWithTwoSignatures(BundleDraft draft) {
    dsse(draft);
    draft.first().body =
        text -> text.replaceFirst("\"signatures\":\\[(\\{.*\\})\\]", "\"signatures\":[$1,$1]");
  }

  static void entryWithoutSignature(BundleDraft draft) {
    dsse(draft);
    draft.first().body = text -> text.replaceFirst("\"signatures\":\\[.*\\]", "\"signatures\":[]");
  }

  static void rekor2OverPayload(BundleDraft draft) {
    String right = Instance.base64(Instance.sha256(draft.signed()));
    String wrong = Instance.base64(Instance.sha256(statement(draft).getBytes(UTF_8)));
    Spoilers.rekor2(draft).body = text -> text.replace(right, wrong);
  }

  static String further(String statement, String value) {
    return statement.replaceFirst("\\{", Matcher.quoteReplacement("{\"further\":" + value + ","));
  }

  static String subjectTwice(String statement) {
    return statement.replaceFirst("\\{", "{\"subject\":[],");
  }

  static String nestedDeeply(String statement) {
    return further(statement, "[".repeat(DEPTH) + "]".repeat(DEPTH));
  }

  static String otherPredicateType(String statement) {
    return statement.replaceFirst(
        "\"predicateType\":\"[^\"]*\"", "\"predicateType\":\"https://evil.example/other/v1\"");
  }

  static String longerPredicateType(String statement) {
    return statement.replaceFirst("(\"predicateType\":\"[^\"]*)\"", "$1.evil.example\"");
  }

  private static String hex(BundleDraft draft) {
    return HexFormat.of().formatHex(Instance.sha256(draft.content));
  }

  static String another(String hex) {
    return HexFormat.of().formatHex(Instance.sha256(hex.getBytes(UTF_8)));
  }

  static void subjects(BundleDraft draft, String subjects) {
    payload(
        draft,
        text -> text.replaceFirst("\"subject\":\\[[^\\]]*\\]", "\"subject\":[" + subjects + "]"));
  }

  private static String subject(String name, String algorithm, String hex) {
    return "{\"name\":\"" + name + "\",\"digest\":{\"" + algorithm + "\":\"" + hex + "\"}}";
  }

  static void digest(BundleDraft draft, String algorithm, UnaryOperator<String> change) {
    subjects(draft, subject("artifact", algorithm, change.apply(hex(draft))));
  }

  static void digestAsName(BundleDraft draft) {
    String hex = hex(draft);
    subjects(draft, subject("sha256:" + hex, "sha256", another(hex)));
  }

  static void tooManySubjects(BundleDraft draft) {
    String one = subject("artifact", "sha256", hex(draft));
    subjects(draft, String.join(",", Collections.nCopies(MOST_SUBJECTS + 1, one)));
  }
}
