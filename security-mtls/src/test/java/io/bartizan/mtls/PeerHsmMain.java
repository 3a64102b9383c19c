package io.bartizan.mtls;

import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;

/** The JVM with the token; the application, not the library, installs the token's provider. */
final class PeerHsmMain {

  private PeerHsmMain() {}

  public static void main(String[] arguments) throws Exception {
    char[] pin = "1234".toCharArray();
    Provider provider = Security.getProvider("SunPKCS11").configure(arguments[0]);
    int position = Security.addProvider(provider);
    System.out.println("provider at " + position);
    Path folder = Path.of(arguments[1]);

    KeyStore store = KeyStore.getInstance("PKCS11", provider);
    store.load(null, pin);
    try (MaterialReader reader = new MaterialReader()) {
      KeyMaterial file =
          Identity.pem(folder.resolve("cert.pem"), folder.resolve("key.pem")).load(reader).get(0);
      store.setKeyEntry("service", file.key(), null, file.chain().toArray(X509Certificate[]::new));
    }

    KeyStore again = KeyStore.getInstance("PKCS11", provider);
    again.load(null, pin);
    PrivateKey key = (PrivateKey) again.getKey("service", null);
    System.out.println(key.getEncoded() == null ? "key stays on the token" : "key can be read");

    TrustAnchors anchors = TrustAnchors.pem(folder.resolve("ca.pem"));
    Identity onToken = Identity.keyStore(again, "service", null);
    try (ServerTls server =
            ServerTls.builder(onToken, anchors, PeerPolicy.dns(PeerCast.DNS)).build();
        ClientTls client = ClientTls.builder(onToken, anchors, PeerPolicy.requestedHost()).build();
        BadCertificateContract.Service service = new BadCertificateSocketIT().serve(server)) {
      System.out.println("answered: " + new BadCertificateSocketIT().fetch(client, service.port()));
    }
    System.exit(0);
  }
}
