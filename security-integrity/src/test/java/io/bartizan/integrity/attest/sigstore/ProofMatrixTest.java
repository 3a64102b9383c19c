package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.changed;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.list;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.house.Sha256;
import io.bartizan.testkit.sigstore.draft.EntryDraft;
import io.bartizan.testkit.sigstore.draft.Tree;
import io.bartizan.tests.SeededCases;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Entries M01 to M18 of the attack matrix, each for Rekor v1 and v2. */
class ProofMatrixTest {

  private static final World WORLD = new World();

  private static List<Draft> drafts() {
    return List.of(Draft.v1(WORLD), Draft.v2(WORLD));
  }

  private static void proof(Consumer<Map<String, Object>> change) {
    for (Draft draft : drafts()) {
      refused(
          changed(
              draft,
              bundle ->
                  change.accept(
                      at(bundle, "verificationMaterial", "tlogEntries", 0, "inclusionProof"))),
          SigstoreReason.PROOF_INVALID);
    }
  }

  private static void signed(UnaryOperator<String> change, SigstoreReason reason) {
    for (Draft draft : drafts()) {
      draft.first().signedCheckpoint = change;
      refused(draft.check(), reason);
    }
  }

  private static void note(UnaryOperator<String> change, SigstoreReason reason) {
    for (Draft draft : drafts()) {
      draft.first().note = change;
      refused(draft.check(), reason);
    }
  }

  @Test
  void M01_oneBitOfOneHash_decides() {
    proof(
        proof -> {
          byte[] hash = Base64.getDecoder().decode((String) list(proof, "hashes").get(1));
          hash[7] ^= 1;
          list(proof, "hashes").set(1, World.base64(hash));
        });
    Draft draft = Draft.v1(WORLD);
    Draft other = Draft.v1(WORLD);
    other.key = draft.key;
    other.certificate = draft.certificate();
    other.signature = draft.signature();
    other.first().index = 2;
    Object proof =
        at(other.build(), "verificationMaterial", "tlogEntries", 0).get("inclusionProof");
    refused(
        changed(
            draft,
            bundle -> {
              Map<String, Object> entry = at(bundle, "verificationMaterial", "tlogEntries", 0);
              Map<String, Object> right = at(entry, "inclusionProof");
              right.put("hashes", ((Map<?, ?>) proof).get("hashes"));
            }),
        SigstoreReason.PROOF_INVALID);
  }

  @Test
  void M02_numberOfHashes_isTheTrees() {
    proof(proof -> list(proof, "hashes").remove(0));
    proof(proof -> list(proof, "hashes").remove(2));
    proof(proof -> list(proof, "hashes").add(World.base64(new byte[32])));
    proof(proof -> list(proof, "hashes").clear());
    for (int[] place : new int[][] {{0, 1}, {0, 2}, {1, 2}, {4, 5}, {6, 7}, {7, 8}, {8, 9}}) {
      for (Draft draft : drafts()) {
        draft.first().index = place[0];
        draft.first().size = place[1];
        accepted(draft.check());
        if (place[1] == 2) {
          refused(
              changed(
                  draft,
                  b ->
                      list(
                              at(b, "verificationMaterial", "tlogEntries", 0, "inclusionProof"),
                              "hashes")
                          .clear()),
              SigstoreReason.PROOF_INVALID);
        }
      }
    }
  }

  @Test
  void M03_placeOutsideTheTree_isRefused() {
    for (String index :
        new String[] {"7", "8", "4611686018427387904", "9223372036854775807", "2"}) {
      proof(proof -> proof.put("logIndex", index));
    }
    for (String size : new String[] {"0", "3", "8", "9223372036854775807"}) {
      proof(proof -> proof.put("treeSize", size));
    }
    byte[] leaf = new byte[32];
    long most = Long.MAX_VALUE;
    assertThat(MerkleProof.root(leaf, most - 1, most, List.of())).isNull();
    assertThat(MerkleProof.root(leaf, most, most, List.of())).isNull();
    assertThat(MerkleProof.root(leaf, -1, 5, List.of())).isNull();
    assertThat(MerkleProof.root(leaf, 0, 0, List.of())).isNull();
  }

  @Test
  void M03_placeOutsideTheTree_leadsNowhereWhateverTheHashesAre() {
    byte[] leaf = new byte[32];
    for (int count = 0; count <= 64; count++) {
      List<byte[]> siblings = java.util.Collections.nCopies(count, new byte[32]);
      for (long index : new long[] {-1, -2, -7, Long.MIN_VALUE, 7, 8, 9, 15, 16, Long.MAX_VALUE}) {
        assertThat(MerkleProof.root(leaf, index, 7, siblings)).isNull();
      }
      assertThat(MerkleProof.root(leaf, 0, 0, siblings)).isNull();
      assertThat(MerkleProof.root(leaf, 0, -1, siblings)).isNull();
      if (count == 3) {
        assertThat(MerkleProof.root(leaf, 3, 7, siblings)).hasSize(32);
      }
    }
  }

  @Test
  void M04_hashOfAnotherLength_leadsNowhere() {
    for (int length : new int[] {0, 31, 33, 64}) {
      for (int place = 0; place < 3; place++) {
        byte[][] siblings = {new byte[32], new byte[32], new byte[32]};
        siblings[place] = new byte[length];
        assertThat(MerkleProof.root(new byte[32], 3, 7, List.of(siblings))).isNull();
      }
    }
  }

  @Test
  void M04_hashOfAnotherLength_isRefused() {
    for (int length : new int[] {0, 31, 33, 64}) {
      proof(proof -> list(proof, "hashes").set(0, World.base64(new byte[length])));
    }
    for (Draft draft : drafts()) {
      refused(
          changed(
              draft,
              b ->
                  at(b, "verificationMaterial", "tlogEntries", 0, "inclusionProof")
                      .put("rootHash", World.base64(new byte[31]))),
          SigstoreReason.PROOF_INVALID);
    }
  }

  @Test
  void M05_leavesAndNodes_areDifferentHashes() {
    SeededCases.check(
        300,
        random -> {
          int size = random.nextInt(1, 70);
          int index = random.nextInt(size);
          byte[] leaf = new byte[random.nextInt(100)];
          random.nextBytes(leaf);
          Tree tree = Tree.around(leaf, index, size);
          List<byte[]> path = tree.path(index);
          assertThat(MerkleProof.root(MerkleProof.leafHash(leaf), index, size, path))
              .isEqualTo(tree.root());
          assertThat(MerkleProof.root(Sha256.of(leaf), index, size, path))
              .isNotEqualTo(tree.root());
          if (size > 1 && path.size() > 1) {
            byte[] node =
                index % 2 == 0
                    ? Tree.join(MerkleProof.leafHash(leaf), path.get(0))
                    : Tree.join(path.get(0), MerkleProof.leafHash(leaf));
            assertThat(
                    MerkleProof.root(
                        MerkleProof.leafHash(node),
                        index / 2,
                        (size + 1) / 2,
                        path.subList(1, path.size())))
                .isNotEqualTo(tree.root());
          }
        });
  }

  @Test
  void M06_checkpointOfAnotherTree_isRefused() {
    String other = World.base64(new byte[32]);
    signed(
        text -> text.replaceFirst("\n7\n.*\n", "\n7\n" + other + "\n"),
        SigstoreReason.PROOF_INVALID);
    proof(proof -> proof.put("rootHash", other));
  }

  @Test
  void M07_sizeOfTheCheckpoint_counts() {
    signed(text -> text.replace("\n7\n", "\n8\n"), SigstoreReason.PROOF_INVALID);
    signed(text -> text.replace("\n7\n", "\n6\n"), SigstoreReason.PROOF_INVALID);
  }

  @Test
  void M08_signatureAndHint_areTheLogs() {
    for (Draft draft : drafts()) {
      draft.first().hint = new byte[] {1, 2, 3, 4};
      refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
    }
    note(text -> text.replaceFirst("\n7\n", "\n8\n"), SigstoreReason.CHECKPOINT_INVALID);
    for (Draft draft : drafts()) {
      byte[] hint = draft.first().hint;
      String name = draft.first().host;
      byte[] signature = new byte[64];
      draft.first().note =
          text ->
              text.substring(0, text.indexOf("\n\n") + 2)
                  + EntryDraft.noteLine(name, hint, signature);
      refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
    }
  }

  @Test
  void M09_witnessAlone_isNotTheLog() {
    note(text -> text.substring(0, text.indexOf("\n\n") + 2), SigstoreReason.CHECKPOINT_INVALID);
    for (Draft draft : drafts()) {
      draft.first().signerName = "witness.example";
      refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
    }
  }

  @Test
  void M10_witnessesAroundTheLog_changeNothing() {
    String witness = EntryDraft.noteLine("witness.example", new byte[4], new byte[64]);
    for (Draft draft : drafts()) {
      draft.first().note =
          text -> {
            int at = text.indexOf("\n\n") + 2;
            return text.substring(0, at) + witness + witness + text.substring(at) + witness;
          };
      accepted(draft.check());
    }
  }

  @Test
  void M11_everyLineOfTheLogsName_isTried() {
    for (Draft draft : drafts()) {
      String wrong = EntryDraft.noteLine(draft.first().host, draft.first().hint, new byte[64]);
      String otherHint = EntryDraft.noteLine(draft.first().host, new byte[4], new byte[64]);
      draft.first().note =
          text -> {
            int at = text.indexOf("\n\n") + 2;
            return text.substring(0, at) + otherHint + wrong + text.substring(at);
          };
      accepted(draft.check());
    }
  }

  @Test
  void M12_nameOfTheSigner_isTheWholeName() {
    for (Draft draft : drafts()) {
      String host = draft.first().host;
      for (String other :
          new String[] {
            host.substring(0, 5),
            host + ".evil",
            "x" + host,
            host.replace('.', '*'),
            ".*",
            host.toUpperCase(java.util.Locale.ROOT)
          }) {
        draft.first().signerName = other;
        refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
      }
    }
  }

  @Test
  void M13_missingLines_areRefusedAndFurtherOnesAreNot() {
    signed(text -> text.substring(text.indexOf('\n') + 1), SigstoreReason.CHECKPOINT_INVALID);
    signed(text -> text.replace("\n7\n", "\n"), SigstoreReason.CHECKPOINT_INVALID);
    signed(text -> text.substring(0, text.indexOf("\n7\n") + 3), SigstoreReason.CHECKPOINT_INVALID);
    for (Draft draft : drafts()) {
      draft.first().signedCheckpoint = text -> text + "Timestamp: 1689177396617352539\nmore\n";
      accepted(draft.check());
    }
  }

  @Test
  void M14_sizeAndRoot_haveOneSpelling() {
    for (String size :
        new String[] {
          "+7", "07", "7 ", " 7", "-7", "7.0", "0x7", "9223372036854775808", "\u0667"
        }) {
      signed(text -> text.replace("\n7\n", "\n" + size + "\n"), SigstoreReason.CHECKPOINT_INVALID);
    }
    for (UnaryOperator<String> change :
        List.<UnaryOperator<String>>of(
            root -> root.substring(0, 43),
            root -> World.base64(new byte[31]),
            root -> World.base64(new byte[33]),
            root -> "__________________________________________8=",
            root -> root + " ")) {
      signed(
          text -> {
            String root = text.split("\n", -1)[2];
            return text.replace(root, change.apply(root));
          },
          SigstoreReason.CHECKPOINT_INVALID);
    }
  }

  @Test
  void M15_formOfTheNote_isExact() {
    for (UnaryOperator<String> change :
        List.<UnaryOperator<String>>of(
            text -> text.replace("\n\n", "\n"),
            text -> text.replace("\n\n", "\n\n\n"),
            text -> text.replace("\n", "\r\n"),
            text -> text.substring(0, text.length() - 1),
            text -> text.replace('\u2014', '-'),
            text -> text.replace("\u2014 ", "\u2014"),
            text -> text.replace("\u2014 ", "\u2014  "),
            text -> text + "\n",
            text -> text + "x\n",
            text -> text.replace("\n\n", "\n\n\t"),
            text -> "")) {
      for (Draft draft : drafts()) {
        draft.first().note = change;
        Object reason = draft.check().fold(value -> null, refusal -> refusal.reason());
        assertThat(reason).isIn(SigstoreReason.CHECKPOINT_INVALID, SigstoreReason.PROOF_MISSING);
      }
    }
  }

  @Test
  void M14_checkpointOfControlsOrOfGreatLength_isRefused() {
    for (String line : new String[] {"a\tb\n", "\u0001\n", "\u001f\n", "\u007f\n", "x\r\n"}) {
      signed(text -> text + line, SigstoreReason.CHECKPOINT_INVALID);
    }
    signed(text -> text + "x".repeat(66_000) + "\n", SigstoreReason.CHECKPOINT_INVALID);
    for (Draft draft : drafts()) {
      draft.first().signedCheckpoint = text -> text + "x".repeat(50_000) + "\n\u00e9 ~\n";
      accepted(draft.check());
    }
  }

  @Test
  void M15_linesOfWitnesses_haveTheFormToo() {
    for (String line :
        new String[] {
          "\u2014 witness.example ????\n",
          "\u2014 witness.example\n",
          "\u2014 witness.example AAAAAAA\n",
          "- witness.example AAAAAAAA\n",
          EntryDraft.noteLine("", new byte[4], new byte[64]),
          EntryDraft.noteLine("witness.example", new byte[4], new byte[0]),
          EntryDraft.noteLine("witness.example", new byte[3], new byte[0]),
        }) {
      note(text -> text + line, SigstoreReason.CHECKPOINT_INVALID);
      note(text -> text.replace("\n\n", "\n\n" + line), SigstoreReason.CHECKPOINT_INVALID);
    }
    for (Draft draft : drafts()) {
      draft.first().note =
          text -> text + EntryDraft.noteLine("witness.example", new byte[4], new byte[1]);
      accepted(draft.check());
    }
  }

  @Test
  void M15_signatures_areTwentyAtMost() {
    String witness = EntryDraft.noteLine("witness.example", new byte[4], new byte[64]);
    for (Draft draft : drafts()) {
      draft.first().note = text -> text + witness.repeat(19);
      accepted(draft.check());
    }
    note(text -> text + witness.repeat(20), SigstoreReason.CHECKPOINT_INVALID);
    note(text -> text + witness.repeat(40), SigstoreReason.CHECKPOINT_INVALID);
  }

  @Test
  void M16_kindOfTheEntry_decidesWhichOriginIsDue() {
    Draft v2 = Draft.v2(WORLD);
    v2.first().origin = World.REKOR2 + " - 1193050959916656506";
    refused(v2.check(), SigstoreReason.CHECKPOINT_INVALID);
    Draft v1 = Draft.v1(WORLD);
    v1.first().origin = World.REKOR;
    refused(v1.check(), SigstoreReason.CHECKPOINT_INVALID);
    for (String tail : new String[] {" - ", " - x", "-1", " - 1 - 2", " - 1 "}) {
      Draft draft = Draft.v1(WORLD);
      draft.first().origin = World.REKOR + tail;
      refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
    }
  }

  @Test
  void M17_checkpointOfAnotherTrustedLog_isRefused() {
    for (Draft draft : drafts()) {
      boolean v2 = draft.first().v2;
      KeyPair other = v2 ? WORLD.rekorKey : WORLD.rekor2Key;
      String host = v2 ? World.REKOR : World.REKOR2;
      byte[] hint = Arrays.copyOf(v2 ? WORLD.rekorId() : WORLD.rekor2Id(), 4);
      draft.first().note =
          text -> {
            String body =
                text.substring(0, text.indexOf("\n\n") + 1).replace(draft.first().host, host);
            return body
                + "\n"
                + EntryDraft.noteLine(
                    host, hint, World.sign(other.getPrivate(), body.getBytes(UTF_8)));
          };
      refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
    }
  }

  @Test
  void M18_hintOfAnEd25519Log_isTheNotes() {
    Draft draft = Draft.v2(WORLD);
    draft.first().hint = Arrays.copyOf(Sha256.of(WORLD.rekor2Key.getPublic().getEncoded()), 4);
    refused(draft.check(), SigstoreReason.CHECKPOINT_INVALID);
  }
}
