package io.bartizan.mtls;

import io.bartizan.tests.ListenerContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class TlsListenersTest extends ListenerContract {

  private final TestPki pki = TestPki.SHARED;
  @TempDir Path folder;

  @Override
  protected List<Teller<?>> tellers() {
    return List.of(new Teller<>(MutualTls.class, TlsListener.class, this::serve));
  }

  /** A handshake, a reload that fails, and one that denies the open connection. */
  private List<Boolean> serve(List<TlsListener> listeners) throws Exception {
    Path denied = folder.resolve("denied.txt");
    Files.writeString(denied, "");
    MutualTls.Builder<ServerTls> builder =
        pki.serverTls().withRevocation(Revocation.none().withDenyList(denied));
    for (TlsListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    try (ServerTls server = builder.build()) {
      Engines open = Engines.between(pki.clientTls().build().sslContext(), server.sslContext());
      open.run();
      boolean before = server.check(open.server.getSession()).isAccepted();
      Files.writeString(denied, "no entry");
      boolean broken = reloads(server);
      Files.writeString(
          denied, "serial " + pki.client.certificate().getSerialNumber().toString(16));
      return List.of(
          before, broken, reloads(server), server.check(open.server.getSession()).isAccepted());
    }
  }

  private static boolean reloads(ServerTls server) {
    try {
      return server.reload();
    } catch (TlsMaterialException e) {
      return false;
    }
  }
}
