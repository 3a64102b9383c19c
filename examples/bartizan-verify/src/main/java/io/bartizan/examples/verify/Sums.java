package io.bartizan.examples.verify;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Manifest;
import io.bartizan.integrity.artifact.MinisignKey;
import io.bartizan.integrity.artifact.NameRule;
import io.bartizan.integrity.artifact.RollbackRule;
import io.bartizan.integrity.artifact.SignedManifests;
import io.bartizan.integrity.attest.CosignVerifier;
import io.bartizan.integrity.attest.SignerKeys;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** A checksum file, and its signature beside it. */
record Sums(Path file, NameRule names) {

  private static final String MINISIGN = ".minisig";
  private static final String COSIGN = ".sigstore.json";

  Manifest unsigned(boolean zero) throws IOException {
    if (zero || Input.isStandard(file)) {
      byte[] content = Pasted.bounded(file, Manifest.MAX_BYTES);
      return zero ? Manifest.parseZero(content, names) : Manifest.parse(content, names);
    }
    Pasted.requireNoFolder(file);
    return Manifest.read(file, names);
  }

  Manifest signedBy(MinisignKey key) throws IOException {
    byte[] content = Pasted.bounded(file, Manifest.MAX_BYTES);
    String signature = Pasted.text(Path.of(file + MINISIGN));
    return SignedManifests.of(key, RollbackRule.anyAge())
        .withNames(names)
        .verify(content, signature)
        .manifest();
  }

  /** The bytes that were verified are those that are read. */
  Manifest signedBy(SignerKeys keys) throws IOException {
    byte[] content = Pasted.bounded(file, Manifest.MAX_BYTES);
    Digest unused =
        CosignVerifier.of(keys).verifyBlob(Pasted.bundle(Path.of(file + COSIGN)), content);
    return Manifest.parse(content, names);
  }

  /**
   * What may be in a folder besides the files that are listed: this list and its signatures, if
   * they are in that folder. Other files of these names are strangers as any other.
   */
  String[] companions(Path root) throws IOException {
    Path folder = root.toRealPath();
    Path beside = file.toAbsolutePath().resolveSibling("").toRealPath();
    if (Input.isStandard(file) || !beside.startsWith(folder)) {
      return new String[0];
    }
    Path place = folder.relativize(beside.resolve(file.getFileName()));
    String name = place.toString().replace(File.separatorChar, '/');
    return new String[] {name, name + MINISIGN, name + COSIGN};
  }
}
