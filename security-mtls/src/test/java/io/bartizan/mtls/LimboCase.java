package io.bartizan.mtls;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One case of C2SP's x509-limbo.
 *
 * @param good whether the certificate is to be accepted
 * @param peer which side shows it
 * @param host whom a client asked for; null if the case expects no name
 */
record LimboCase(
    String id,
    boolean good,
    TlsSide peer,
    @Nullable String host,
    Instant time,
    List<String> trusted,
    List<String> presented,
    List<String> crls) {

  static List<LimboCase> read(Path file) throws IOException {
    List<LimboCase> cases = new ArrayList<>();
    for (JsonNode node : new ObjectMapper().readTree(file.toFile()).get("testcases")) {
      List<String> presented = new ArrayList<>(List.of(node.get("peer_certificate").asText()));
      presented.addAll(texts(node.get("untrusted_intermediates")));
      JsonNode name = node.get("expected_peer_name");
      JsonNode time = node.get("validation_time");
      cases.add(
          new LimboCase(
              node.get("id").asText(),
              node.get("expected_result").asText().equals("SUCCESS"),
              node.get("validation_kind").asText().equals("CLIENT")
                  ? TlsSide.CLIENT
                  : TlsSide.SERVER,
              name.isNull() ? null : name.get("value").asText(),
              time.isNull() ? Instant.now() : OffsetDateTime.parse(time.asText()).toInstant(),
              texts(node.get("trusted_certs")),
              presented,
              texts(node.get("crls"))));
    }
    return cases;
  }

  static List<X509Certificate> certificates(List<String> pems) throws CertificateException {
    List<X509Certificate> all = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (String pem : pems) {
      all.add(
          (X509Certificate)
              factory.generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
    }
    return all;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }
}
