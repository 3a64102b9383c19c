package io.bartizan.mtls;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One immutable state of everything a handshake needs. Its SSLContext is its own, and with it the
 * keys that seal session tickets: when the generation ends, so do they.
 */
record Generation(
    long number,
    Instant created,
    Identities identities,
    AnchorSet anchors,
    @Nullable Rule dryRun,
    TrustDecider decider,
    LoadedRevocation revocation,
    SSLContext context,
    String fingerprint,
    MaterialReader.@Nullable Readings readings,
    Set<Path> files) {

  /** A later load found the same content. */
  void confirmedBy(Generation later) {
    MaterialReader.Readings newer = later.readings();
    if (readings != null && newer != null) {
      readings.confirmedBy(newer);
    }
  }

  String alias() {
    return Identities.alias(number);
  }
}
