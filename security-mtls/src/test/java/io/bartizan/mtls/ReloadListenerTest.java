package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A listener may wait for whatever it likes, also for another reload. */
@Timeout(120)
class ReloadListenerTest {

  private final TestPki pki = TestPki.SHARED;
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final AtomicReference<ServerTls> server = new AtomicReference<>();
  @TempDir Path folder;

  private void reloadElsewhere(String event) {
    Thread other =
        new Thread(
            () -> {
              try {
                server.get().reload();
              } catch (TlsMaterialException e) {
                // the same fault, which is told once
              }
            });
    other.start();
    try {
      other.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    told.add(event + (other.isAlive() ? " blocks reloads" : ""));
  }

  @Test
  void listener_thatWaitsForAnotherReload_isNoDeadlock() throws Exception {
    pki.server.writeTo(folder);
    TlsLayout files = TlsLayout.docker(folder);
    server.set(
        ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.anyTrustedPeer())
            .withListener(
                new TlsListener() {
                  @Override
                  public void published(long generation, Instant validUntil) {
                    reloadElsewhere("published " + generation);
                  }

                  @Override
                  public void reloadFailed(TlsMaterialException fault) {
                    reloadElsewhere("failed");
                  }
                })
            .build());
    Files.writeString(folder.resolve("key.pem"), "no key");
    assertThatThrownBy(() -> server.get().reload()).isInstanceOf(TlsMaterialException.class);
    TestPki.server(pki.ca).writeTo(folder);
    assertThat(server.get().reload()).isTrue();
    assertThat(told).containsExactly("failed", "published 2");
  }
}
