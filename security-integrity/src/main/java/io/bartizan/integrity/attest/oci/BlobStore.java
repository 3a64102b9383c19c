package io.bartizan.integrity.attest.oci;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.VerifiedFile;
import java.io.IOException;
import java.util.Collection;

/** Blobs by their digests, wherever they lie; what is given was compared. */
interface BlobStore {

  /** A blob in memory. */
  byte[] blob(Descriptor descriptor, int maxBytes) throws IOException;

  /** A manifest of which the digest alone is known. */
  byte[] unknownSize(Digest digest) throws IOException;

  /** Reads each to its end and refuses one that is absent or another. */
  void compare(Collection<Descriptor> blobs) throws IOException;

  /** Opens a blob that was compared before. */
  VerifiedFile open(Descriptor blob) throws IOException;
}
