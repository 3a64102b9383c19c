package io.bartizan.testkit.sigstore;

import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.EntryDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Faults of inclusion proofs and of checkpoints. */
final class ProofFaults {

  private static final int MOST_HASHES = 64;
  private static final int MOST_SIGNATURES = 20;

  private ProofFaults() {}

  static void member(BundleDraft draft, String name, String value) {
    Spoilers.inProof(draft, proof -> proof.put(name, value));
  }

  static void emptyTree(BundleDraft draft) {
    member(draft, "treeSize", "0");
  }

  static void hugeIndex(BundleDraft draft) {
    member(draft, "logIndex", Long.toString(Long.MAX_VALUE));
  }

  static void negativeIndex(BundleDraft draft) {
    member(draft, "logIndex", "-1");
  }

  static void otherRoot(BundleDraft draft) {
    member(draft, "rootHash", Instance.base64(new byte[32]));
  }

  static void hashCut(BundleDraft draft) {
    Spoilers.inProof(
        draft, proof -> JsonTree.list(proof, "hashes").set(0, Instance.base64(new byte[31])));
  }

  static void hashesSwapped(BundleDraft draft) {
    Spoilers.inProof(draft, proof -> Collections.swap(JsonTree.list(proof, "hashes"), 0, 1));
  }

  static void tooManyHashes(BundleDraft draft) {
    String hash = Instance.base64(new byte[32]);
    Spoilers.inProof(
        draft, proof -> proof.put("hashes", Collections.nCopies(MOST_HASHES + 1, hash)));
  }

  static void withoutLeafPrefix(BundleDraft draft) {
    draft.first().leafPrefix = false;
  }

  /** What the log signs: origin, size and root on a line each. */
  private static void lines(BundleDraft draft, UnaryOperator<List<String>> change) {
    draft.first().signedCheckpoint =
        text -> String.join("\n", change.apply(new ArrayList<>(text.lines().toList()))) + "\n";
  }

  private static void line(BundleDraft draft, int number, UnaryOperator<String> change) {
    lines(
        draft,
        all -> {
          all.set(number, change.apply(all.get(number)));
          return all;
        });
  }

  private static void without(BundleDraft draft, int number) {
    lines(
        draft,
        all -> {
          String unused = all.remove(number);
          return all;
        });
  }

  static void withoutSize(BundleDraft draft) {
    without(draft, 1);
  }

  static void withoutRoot(BundleDraft draft) {
    without(draft, 2);
  }

  static void sizeWithPlus(BundleDraft draft) {
    line(draft, 1, size -> "+" + size);
  }

  static void sizeWithZero(BundleDraft draft) {
    line(draft, 1, size -> "0" + size);
  }

  static void rootUnpadded(BundleDraft draft) {
    line(draft, 2, root -> root.replace("=", ""));
  }

  static void rootCut(BundleDraft draft) {
    line(draft, 2, root -> Instance.base64(new byte[31]));
  }

  static void withoutBlankLine(BundleDraft draft) {
    draft.first().note = text -> text.replace("\n\n", "\n");
  }

  static void twoBlankLines(BundleDraft draft) {
    draft.first().note = text -> text.replace("\n\n", "\n\n\n");
  }

  static void carriageReturns(BundleDraft draft) {
    draft.first().note = text -> text.replace("\n", "\r\n");
  }

  static void withoutLineEnd(BundleDraft draft) {
    draft.first().note = String::stripTrailing;
  }

  static void hyphen(BundleDraft draft) {
    draft.first().note = text -> text.replace("\u2014", "-");
  }

  static void tooManySignatures(BundleDraft draft) {
    String witness = EntryDraft.noteLine("witness.example", new byte[4], new byte[64]);
    draft.first().note = text -> text + witness.repeat(MOST_SIGNATURES);
  }

  static void nameInUpperCase(BundleDraft draft) {
    draft.first().signerName = draft.first().host.toUpperCase(Locale.ROOT);
  }

  static void partOfTheName(BundleDraft draft) {
    String host = draft.first().host;
    draft.first().signerName = host.substring(0, host.indexOf('.'));
  }

  /** Signed rightly by the other trusted log. */
  static void ofTheOtherLog(BundleDraft draft) {
    EntryDraft entry = draft.first();
    Instance instance = draft.instance;
    entry.checkpointKey = entry.v2 ? instance.rekorKey : instance.rekor2Key;
    entry.signerName = entry.v2 ? Instance.REKOR : Instance.REKOR2;
    entry.origin = entry.v2 ? Instance.REKOR + " - 1" : Instance.REKOR2;
    entry.hint = Arrays.copyOf(entry.v2 ? instance.rekorId() : instance.rekor2Id(), 4);
  }

  static void originLikeRekor2(BundleDraft draft) {
    draft.first().origin = draft.first().host;
  }

  static void originLikeRekor1(BundleDraft draft) {
    EntryDraft entry = Spoilers.rekor2(draft);
    entry.origin = entry.host + " - 1193050959916656506";
  }

  static void hintLikeRekor1(BundleDraft draft) {
    EntryDraft entry = Spoilers.rekor2(draft);
    entry.hint = Arrays.copyOf(Instance.sha256(entry.logKey.getPublic().getEncoded()), 4);
  }
}
