package io.bartizan.examples.gateway.demonstration;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The same program behind three certificates: ours, none, and one of our CA with another name. */
public final class Visitors implements AutoCloseable {

  private final ClientTls shopTls;
  private final ClientTls strangerTls;
  private final HttpClient shop;
  private final HttpClient stranger;
  private final HttpClient withoutCertificate;

  private Visitors(Material material) throws GeneralSecurityException, IOException {
    shopTls = clientTls(material, "client");
    strangerTls = clientTls(material, "stranger");
    shop = client(shopTls);
    stranger = client(strangerTls);
    withoutCertificate = HttpClient.newBuilder().sslContext(trustOnly(material)).build();
  }

  public static Visitors of(Material material) throws GeneralSecurityException, IOException {
    return new Visitors(material);
  }

  public HttpClient shop() {
    return shop;
  }

  HttpClient stranger() {
    return stranger;
  }

  HttpClient withoutCertificate() {
    return withoutCertificate;
  }

  @Override
  public void close() {
    shopTls.close();
    strangerTls.close();
  }

  private static ClientTls clientTls(Material material, String name) {
    Identity identity =
        Identity.pem(material.file(name + ".pem"), material.file(name + "-key.pem"));
    TrustAnchors anchors = TrustAnchors.pem(material.file("ca.pem"));
    return ClientTls.of(identity, anchors, PeerPolicy.requestedHost());
  }

  private static HttpClient client(ClientTls tls) {
    return HttpClient.newBuilder()
        .sslContext(tls.sslContext())
        .sslParameters(tls.sslParameters())
        .build();
  }

  private static SSLContext trustOnly(Material material)
      throws GeneralSecurityException, IOException {
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    try (InputStream pem = Files.newInputStream(material.file("ca.pem"))) {
      anchors.setCertificateEntry(
          "root", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory roots =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    roots.init(anchors);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, roots.getTrustManagers(), null);
    return context;
  }
}
