package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.jsse.LimboJdk;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * C2SP's x509-limbo: where this library decides otherwise, {@code limbo-accepts-bad.txt} and {@code
 * limbo-rejects-good.txt} say why; any change of these lists fails.
 */
@Tag("deep")
class LimboTest {

  private static final DevCa OWN =
      DevCa.builder("Own")
          .withStart(Instant.parse("2015-01-01T00:00:00Z"))
          .withLifetime(Duration.ofDays(36_500))
          .build();
  private static final DevCertificate OWN_LEAF =
      OWN.leaf("own")
          .withStart(Instant.parse("2015-01-01T00:00:00Z"))
          .withLifetime(Duration.ofDays(36_500))
          .issue();

  @Test
  void cases_decidedOtherwise_areThoseOnTheLists() throws Exception {
    TreeSet<String> acceptsBad = new TreeSet<>();
    TreeSet<String> rejectsGood = new TreeSet<>();
    Map<String, String> decisions = new TreeMap<>();
    for (LimboCase one : cases()) {
      String decision = decide(one);
      decisions.put(one.id(), decision);
      if (decision.equals("accepted") && !one.good()) {
        acceptsBad.add(one.id());
      } else if (!decision.equals("accepted") && one.good()) {
        rejectsGood.add(one.id());
      }
    }
    assertThat(acceptsBad)
        .as("accepts bad; all decisions: %s", decisions)
        .isEqualTo(list("limbo-accepts-bad.txt").keySet());
    assertThat(rejectsGood)
        .as("rejects good; all decisions: %s", decisions)
        .isEqualTo(list("limbo-rejects-good.txt").keySet());
  }

  @Test
  void cases_thatThePlainJdkDecidesRightly_areDecidedRightlyHere() throws Exception {
    TreeSet<String> worse = new TreeSet<>();
    int jdkWrong = 0;
    for (LimboCase one : cases()) {
      boolean jdkRight = jdkAccepts(one) == one.good();
      boolean right = decide(one).equals("accepted") == one.good();
      jdkWrong += jdkRight ? 0 : 1;
      if (jdkRight && !right) {
        worse.add(one.id());
      }
    }
    assertThat(worse).isEmpty();
    assertThat(jdkWrong)
        .as("the plain JDK decides more cases wrongly than the lists hold")
        .isGreaterThan(
            list("limbo-accepts-bad.txt").size() + list("limbo-rejects-good.txt").size());
  }

  private static List<LimboCase> cases() throws IOException {
    return LimboCase.read(OptionalTool.vectors("x509-limbo/limbo.json"));
  }

  private static boolean jdkAccepts(LimboCase one) throws GeneralSecurityException {
    List<X509Certificate> roots;
    List<X509Certificate> presented;
    try {
      roots = LimboCase.certificates(one.trusted());
      presented = LimboCase.certificates(one.presented());
    } catch (CertificateException e) {
      return false;
    }
    return LimboJdk.accepts(roots, presented, one.time(), one.peer() == TlsSide.CLIENT, one.host());
  }

  /**
   * Certificates that the JDK's reader refuses or reads otherwise than Bouncy Castle's, which then
   * reads them first. They are refused either way, for the first fault that is met.
   */
  private static final Set<String> READ_OTHERWISE =
      Set.of(
          "rfc5280::mismatching-signature-algorithm",
          "rfc5280::san::malformed",
          "webpki::forbidden-p192-root");

  @Test
  void MT10_cases_withBouncyCastleFirst_areDecidedAlike() throws Exception {
    List<LimboCase> cases = cases();
    Map<String, String> usual = decisions(cases);
    Map<String, String> turned = ProviderOrderTest.withBouncyCastleFirst(() -> decisions(cases));
    for (String id : READ_OTHERWISE) {
      assertThat(List.of(usual.remove(id), turned.remove(id))).as(id).doesNotContain("accepted");
    }
    assertThat(turned).isEqualTo(usual);
  }

  private static Map<String, String> decisions(List<LimboCase> cases) {
    Map<String, String> decisions = new TreeMap<>();
    for (LimboCase one : cases) {
      decisions.put(one.id(), decide(one));
    }
    return decisions;
  }

  /** The lists of a case; without any, no list is asked. */
  private static Revocation revocation(LimboCase one) {
    if (one.crls().isEmpty()) {
      return Revocation.none();
    }
    try {
      Path folder = Files.createTempDirectory("limbo");
      folder.toFile().deleteOnExit();
      for (int i = 0; i < one.crls().size(); i++) {
        Path file = Files.writeString(folder.resolve(i + ".crl"), one.crls().get(i));
        file.toFile().deleteOnExit();
      }
      return Revocation.crls(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String decide(LimboCase one) {
    try {
      TrustAnchors anchors = TrustAnchors.of(LimboCase.certificates(one.trusted()));
      List<X509Certificate> chain = LimboCase.certificates(one.presented());
      Identity own = Identity.of(OWN_LEAF.privateKey(), OWN_LEAF.chain());
      try (MutualTls tls =
          (one.peer() == TlsSide.CLIENT
                  ? ServerTls.builder(own, anchors, PeerPolicy.anyTrustedPeer())
                  : ClientTls.builder(
                      own,
                      anchors,
                      one.host() == null
                          ? PeerPolicy.anyTrustedPeer()
                          : PeerPolicy.requestedHost()))
              .withRevocation(revocation(one))
              .withClock(one::time)
              .build()) {
        return tls.explain(chain, one.host())
            .fold(accepted -> "accepted", rejected -> rejected.reason().name());
      }
    } catch (CertificateException e) {
      return "UNREADABLE";
    } catch (TlsMaterialException e) {
      return e.reason().name();
    }
  }

  /** Ids, each with its reason. */
  private static Map<String, String> list(String name) throws IOException {
    Map<String, String> reasons = new TreeMap<>();
    try (InputStream in = LimboTest.class.getResourceAsStream(name)) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] parts = line.split("\\s+", 2);
          assertThat(parts).as("each id has its reason: %s", line).hasSize(2);
          reasons.put(parts[0], parts[1]);
        }
      }
    }
    return reasons;
  }
}
