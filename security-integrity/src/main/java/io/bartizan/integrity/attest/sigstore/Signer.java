package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.keys.KeyGate;
import org.jspecify.annotations.Nullable;

/** Whose signature it must be: a certificate's, or that of the key that was asked for. */
record Signer(KeyGate.Passed key, @Nullable LeafCertificate leaf) {}
