package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.payload;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.testkit.DevCa;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-14: every "no" of {@code UsePolicy} and {@code DpopCheck}, each by a case of its own. */
class UseRefusalsTest {

  private static final URI PAY = URI.create("https://api.example/pay");
  private static final DpopProofs CLIENT = new DpopProofs(ES256);
  private static final String BOUND = token(HS256, CLIENT.boundClaims());

  private final List<String> used = new ArrayList<>();
  private ReplayGuard.Use answer = ReplayGuard.Use.FIRST;
  private final ReplayGuard guard =
      (scope, id, until) -> {
        used.add(scope + " until " + until);
        return answer;
      };

  /** The refusals of a class, found in its constants whatever type carries them. */
  private static SortedSet<String> constants(Class<?> type) throws IllegalAccessException {
    TreeSet<String> messages = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        Object value = field.get(null);
        if (value instanceof Checked.Rejected<?> rejected) {
          messages.add(rejected.refusal().message());
        } else if (value instanceof Refusal refusal) {
          messages.add(refusal.message());
        }
      }
    }
    return messages;
  }

  @Test
  void ML14_everyRefusalOfAUse_isMetByACaseThatNothingElseRefuses() throws Exception {
    TreeSet<String> met = new TreeSet<>();
    for (Map.Entry<String, Case> each : cases().entrySet()) {
      Case one = each.getValue();
      answer = one.answer;
      String message =
          one.verifier
              .check(one.token, one.request)
              .fold(
                  jwt -> {
                    throw new AssertionError("accepted: " + each.getKey());
                  },
                  Refusal::message);
      met.add(message);
      assertThat(message).as(each.getKey()).contains(one.expected);
    }
    SortedSet<String> known = constants(UsePolicy.class);
    known.addAll(constants(DpopCheck.class));
    assertThat(known).hasSizeGreaterThan(20);
    known.removeAll(met);
    assertThat(known).as("refusals that no case here meets").isEmpty();
  }

  @Test
  void ML14_theSameUsesWithoutTheirFault_areAccepted() {
    for (JwsAlgorithm algorithm :
        List.of(ES256, ED25519, JwsAlgorithm.RS256, JwsAlgorithm.PS384, JwsAlgorithm.ES512)) {
      DpopProofs client = new DpopProofs(algorithm);
      String bound = token(HS256, client.boundClaims());
      JwtVerifier verifier =
          strict(HS256)
              .withDpop(guard)
              .withSingleUse(guard)
              .withRequiredBinding()
              .withRevocation(revoking("other", null))
              .build();
      used.clear();
      assertThat(verifier.check(bound, shown(client.proof(claims(bound)))).isAccepted())
          .as("%s", algorithm)
          .isTrue();
      assertThat(used)
          .containsExactly(
              "dpop:" + client.thumbprint() + " until " + Instant.ofEpochSecond(NOW + 60 + 300),
              "jwt:" + Forge.ISSUER + " until " + Instant.ofEpochSecond(NOW + 300 + 300));
    }
  }

  /** The key is the sender's own, the machine that fails is ours. */
  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512"})
  void ML14_providerThatFailsWhileItChecksAProof_isARefusalAndUsesNothingUp(
      JwsAlgorithm algorithm) {
    DpopProofs client = new DpopProofs(algorithm);
    String bound = token(HS256, client.boundClaims());
    JwtRequest request = shown(client.proof(claims(bound)));
    JwtVerifier verifier = strict(HS256).withDpop(guard).build();
    assertThat(verifier.check(bound, request).isAccepted()).isTrue();
    used.clear();
    Checked<VerifiedJwt> result =
        algorithm.family.isRsa()
            ? withRsaSignatures(
                BrokenProviderTest.BrokenSignature.class, () -> verifier.check(bound, request))
            : withDigest(algorithm.hash, () -> verifier.check(bound, request));
    assertThat(result.isAccepted()).isFalse();
    assertThat(result.toString()).contains("failed to verify").doesNotContain("1234");
    assertThat(result.<Object>fold(jwt -> "accepted", Refusal::reason))
        .isEqualTo(JwtReason.PROVIDER_FAILED);
    assertThat(used).isEmpty();
    assertThat(verifier.check(bound, request).isAccepted()).as("afterwards").isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"RS256", "PS512"})
  void ML14_providerWithoutTheProofsAlgorithm_isARefusalAndUsesNothingUp(JwsAlgorithm algorithm) {
    DpopProofs client = new DpopProofs(algorithm);
    String bound = token(HS256, client.boundClaims());
    JwtRequest request = shown(client.proof(claims(bound)));
    JwtVerifier verifier = strict(HS256).withDpop(guard).build();
    Checked<VerifiedJwt> result = withRsaSignatures(null, () -> verifier.check(bound, request));
    assertThat(result.<Object>fold(jwt -> "accepted", Refusal::message))
        .isEqualTo("dpop-invalid: the proof's jwk is not an acceptable public key");
    assertThat(used).isEmpty();
  }

  @Test
  void ML14_wellSignedProofOfAnyOtherPayload_isRefusedAndUsesNothingUp() {
    String good = base64(claims(BOUND));
    List<String> payloads =
        new ArrayList<>(
            List.of(
                "",
                "A",
                "!!!!",
                good + "=",
                good + "==",
                good + " ",
                " " + good,
                good.substring(0, good.length() - 1) + "\u00e9",
                good + "A",
                base64("null"),
                base64("[]"),
                base64("\"a\""),
                base64(claims(BOUND) + "{}"),
                base64(claims(BOUND).replace("{", "{\"jti\":\"q\",")),
                base64(new byte[] {(byte) 0xff}),
                base64("\ufeff" + claims(BOUND))));
    for (String name : List.of("jti", "htm", "htu", "iat", "ath")) {
      payloads.add(base64(claims(BOUND).replace("\"" + name + "\"", "\"x\"")));
      for (String wrong : List.of("null", "[]", "{}", "true")) {
        payloads.add(
            base64(
                claims(BOUND)
                    .replaceAll(
                        "\"" + name + "\":(\"[^\"]*\"|[0-9]+)", "\"" + name + "\":" + wrong)));
      }
    }
    JwtVerifier verifier = strict(HS256).withDpop(guard).build();
    for (String payload : payloads) {
      JwtRequest request = shown(CLIENT.sealed(base64(CLIENT.header()), payload));
      assertThat(verifier.check(BOUND, request).<Object>fold(jwt -> "accepted", Refusal::reason))
          .as(payload)
          .isEqualTo(JwtReason.DPOP_INVALID);
    }
    assertThat(used).isEmpty();
    assertThat(verifier.check(BOUND, shown(CLIENT.proof(claims(BOUND)))).isAccepted()).isTrue();
  }

  private record Case(
      JwtVerifier verifier,
      String token,
      JwtRequest request,
      ReplayGuard.Use answer,
      String expected) {}

  private Map<String, Case> cases() throws Exception {
    Map<String, Case> cases = new LinkedHashMap<>();
    JwtVerifier plain = strict(HS256).build();
    JwtVerifier dpop = strict(HS256).withDpop(guard).build();
    JwtRequest bare = JwtRequest.bare();
    String good = claims(BOUND);

    // who shows it
    add(cases, plain, token(HS256, payload("cnf", "{}")), bare, "cnf is not an object");
    add(cases, plain, token(HS256, payload("cnf", "1")), bare, "cnf is not an object");
    add(cases, plain, token(HS256, payload("cnf", "{\"jkt\":1}")), bare, "cnf is not an object");
    add(cases, plain, token(HS256, payload("cnf", "{\"kid\":\"a\"}")), bare, "not supported");
    add(
        cases,
        strict(HS256).withRequiredBinding().build(),
        token(HS256, GOOD),
        bare,
        "and must be");
    add(cases, dpop, token(HS256, GOOD), shown(CLIENT.proof(good)), "the token no jkt");
    add(cases, plain, BOUND, shown(CLIENT.proof(good)), "DPoP is not configured");
    add(cases, dpop, BOUND, bare, "has no proof");

    X509Certificate mine = DevCa.of("ca").leaf("a").issue().certificate();
    X509Certificate other = DevCa.of("ca").leaf("a").issue().certificate();
    String ofMine = base64(Thumbprint.sha256(mine.getEncoded()));
    String toMine = token(HS256, payload("cnf", "{\"x5t#S256\":\"" + ofMine + "\"}"));
    assertThat(plain.check(toMine, bare.withClientCertificate(mine)).isAccepted()).isTrue();
    add(cases, plain, toMine, bare, "the request shows none");
    add(cases, plain, toMine, bare.withClientCertificate(other), "another certificate");
    add(
        cases,
        plain,
        toMine,
        bare.withClientCertificate(new UnencodableCertificate()),
        "another cert");
    add(
        cases,
        dpop,
        toMine,
        shown(CLIENT.proof(good)).withClientCertificate(mine),
        "the token no jkt");

    // whether it was revoked
    JwtVerifier revoked = strict(HS256).withRevocation(revoking("id-1", null)).build();
    add(cases, revoked, token(HS256, GOOD), bare, "was revoked");
    Instant later = Instant.ofEpochSecond(NOW).plusSeconds(1);
    JwtVerifier since = strict(HS256).withRevocation(revoking(null, later)).build();
    add(cases, since, token(HS256, GOOD), bare, "was revoked");
    Instant same = Instant.ofEpochSecond(NOW).plusMillis(999); // iat is in whole seconds
    JwtVerifier until = strict(HS256).withRevocation(revoking(null, same)).build();
    assertThat(until.check(token(HS256, GOOD)).isAccepted()).isTrue();
    add(cases, until, token(HS256, payload("iat", "")), bare, "was revoked");

    // whether it was used before
    JwtVerifier once = strict(HS256).withSingleUse(guard).build();
    add(cases, once, token(HS256, payload("jti", "")), bare, "jti is missing");
    add(cases, once, token(HS256, GOOD), bare, ReplayGuard.Use.REPEATED, "the token was used");
    add(cases, once, token(HS256, GOOD), bare, ReplayGuard.Use.UNDECIDED, "whether the token was");

    // the proof's form, key and signature
    for (String text : List.of("", "a.b", "x".repeat(8193), CLIENT.proof(good) + ".")) {
      add(cases, dpop, BOUND, shown(text), "no compact JWS");
    }
    String header = CLIENT.header();
    for (String bad :
        List.of(
            header.replace("dpop+jwt", "jwt"),
            header.replace("ES256", "HS256"),
            header.replace("ES256", "none"),
            header.replace("{\"alg\"", "{\"crit\":[\"x\"],\"alg\""))) {
      add(cases, dpop, BOUND, shown(CLIENT.sealed(base64(bad), base64(good))), "no compact JWS");
    }
    String signed = CLIENT.proof(good);
    String unsigned = signed.substring(0, signed.lastIndexOf('.') + 1);
    add(cases, dpop, BOUND, shown(unsigned), "no compact JWS");
    for (String bad :
        List.of(
            header.replace("\"jwk\"", "\"kwj\""),
            header.replace("\"kty\"", "\"d\":\"AA\",\"kty\""),
            header.replace("\"alg\":\"ES256\"", "\"alg\":\"ES384\""),
            header.replace("\"kty\"", "\"alg\":\"ES384\",\"kty\""))) {
      add(cases, dpop, BOUND, shown(CLIENT.sealed(base64(bad), base64(good))), "not an acceptable");
    }
    String stranger = new DpopProofs(ED25519).proof(good);
    add(cases, dpop, BOUND, shown(stranger), "not the one of the token's jkt");
    String forged = unsigned + base64(new byte[64]);
    add(cases, dpop, BOUND, shown(forged), "does not verify it");
    String changed = signed.replace("." + base64(good) + ".", "." + base64(good + " ") + ".");
    add(cases, dpop, BOUND, shown(changed), "does not verify it");

    // what the proof says
    addClaims(cases, dpop, good.replace("\"jti\":\"p1\",", ""), "malformed or incomplete");
    addClaims(cases, dpop, good.replace("\"p1\"", "\"\""), "malformed or incomplete");
    addClaims(cases, dpop, good.replace("\"iat\":" + NOW + ",", ""), "malformed or incomplete");
    addClaims(cases, dpop, good.replace("\"iat\":" + NOW, "\"iat\":\"1\""), "malformed or");
    add(
        cases,
        dpop,
        BOUND,
        shown(CLIENT.sealed(base64(header), "!!!!")),
        "malformed or incomplete");
    addClaims(cases, dpop, good.replace("POST", "PUT"), "not the request's method");
    addClaims(cases, dpop, good.replace("/pay", "/pa"), "not the request's URI");
    addClaims(cases, dpop, good.replace("https:", "ht tps:"), "not the request's URI");
    addClaims(cases, dpop, good.replace("\"htu\"", "\"x\""), "not the request's URI");
    addClaims(cases, dpop, good.replace("\"ath\"", "\"x\""), "not the hash of the token");
    addClaims(cases, dpop, good.replace("\"ath\":\"", "\"ath\":\"A"), "not the hash of the token");
    addClaims(cases, dpop, good.replace("" + NOW, "" + (NOW - 90)), "too old or in the future");
    addClaims(cases, dpop, good.replace("" + NOW, "" + (NOW + 31)), "too old or in the future");
    String expired = good.replace("{", "{\"exp\":" + (NOW - 30) + ",");
    addClaims(cases, dpop, expired, "own exp has passed");
    addClaims(cases, dpop, good.replace("{", "{\"nbf\":" + (NOW + 31) + ","), "or its nbf is");
    JwtRequest nonce = shown(CLIENT.proof(good)).withDpopNonce("n");
    add(cases, dpop, BOUND, nonce, "not one that the server gave");
    String otherNonce = CLIENT.proof(good.replace("{", "{\"nonce\":\"m\","));
    add(cases, dpop, BOUND, shown(otherNonce).withDpopNonce("n"), "not one that the server gave");
    JwtRequest right = shown(CLIENT.proof(good));
    add(cases, dpop, BOUND, right, ReplayGuard.Use.REPEATED, "the proof was used before");
    add(cases, dpop, BOUND, right, ReplayGuard.Use.UNDECIDED, "whether the proof was used");
    return cases;
  }

  private static void addClaims(
      Map<String, Case> cases, JwtVerifier verifier, String claims, String expected) {
    add(cases, verifier, BOUND, shown(CLIENT.proof(claims)), expected);
  }

  private static void add(
      Map<String, Case> cases,
      JwtVerifier verifier,
      String token,
      JwtRequest request,
      String expected) {
    add(cases, verifier, token, request, ReplayGuard.Use.FIRST, expected);
  }

  private static void add(
      Map<String, Case> cases,
      JwtVerifier verifier,
      String token,
      JwtRequest request,
      ReplayGuard.Use answer,
      String expected) {
    String name = cases.size() + ": " + expected;
    cases.put(name, new Case(verifier, token, request, answer, expected));
  }

  private static JwtRequest shown(String proof) {
    return JwtRequest.bare().withDpop("POST", PAY, proof);
  }

  private static String claims(String token) {
    return "{\"jti\":\"p1\",\"htm\":\"POST\",\"htu\":\"https://api.example/pay\",\"iat\":"
        + NOW
        + ",\"ath\":\""
        + DpopProofs.ath(token)
        + "\"}";
  }

  private static JwtRevocation revoking(@Nullable String id, @Nullable Instant since) {
    return new JwtRevocation() {
      @Override
      public boolean isRevoked(String issuer, String tokenId) {
        return tokenId.equals(id);
      }

      @Override
      public @Nullable Instant subjectNotBefore(String issuer, String subject) {
        return since;
      }
    };
  }

  @FunctionalInterface
  private interface Verifying {
    Checked<VerifiedJwt> run();
  }

  /** With another provider of RSA signatures, or none, in the place of the JDK's. */
  private static Checked<VerifiedJwt> withRsaSignatures(
      @Nullable Class<?> signature, Verifying verifying) {
    Provider real = Objects.requireNonNull(Security.getProvider("SunRsaSign"));
    List<Provider> before = List.of(Security.getProviders());
    Consumer<Provider> remove = each -> Security.removeProvider(each.getName());
    Provider standIn = new StandIn(real, signature);
    before.stream()
        .filter(each -> each.getServices().stream().anyMatch(StandIn::isRsaSignature))
        .forEach(remove);
    Security.insertProviderAt(standIn, 1);
    try {
      return verifying.run();
    } finally {
      List.of(Security.getProviders()).forEach(remove);
      before.forEach(Security::addProvider);
    }
  }

  private static final class StandIn extends Provider {
    private static final long serialVersionUID = 1L;

    StandIn(Provider real, @Nullable Class<?> signature) {
      super("SunRsaSign", "1", "all but its signatures");
      for (Service service : real.getServices()) {
        if (!isRsaSignature(service)) {
          putService(new Lent(this, service));
        } else if (signature != null) {
          putService(
              new Service(
                  this, "Signature", service.getAlgorithm(), signature.getName(), null, null));
        }
      }
    }

    static boolean isRsaSignature(Service service) {
      return service.getType().equals("Signature") && service.getAlgorithm().contains("RSA");
    }
  }

  /** Another provider's service. */
  private static final class Lent extends Provider.Service {
    private final Provider.Service real;

    Lent(Provider provider, Provider.Service real) {
      super(
          provider, real.getType(), real.getAlgorithm(), real.getClassName(), List.of(), Map.of());
      this.real = real;
    }

    @Override
    public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
      return real.newInstance(parameter);
    }
  }

  /** With a hash that breaks while it works, first among all. */
  private static Checked<VerifiedJwt> withDigest(String hash, Verifying verifying) {
    Provider broken = new BrokenDigests(hash);
    assertThat(Security.insertProviderAt(broken, 1)).isEqualTo(1);
    try {
      return verifying.run();
    } finally {
      Security.removeProvider(broken.getName());
    }
  }

  private static final class BrokenDigests extends Provider {
    private static final long serialVersionUID = 1L;

    BrokenDigests(String hash) {
      super("BrokenDigests", "1", "breaks while it hashes");
      putService(
          new Service(this, "MessageDigest", hash, BrokenDigest.class.getName(), null, null));
    }
  }

  /** Breaks at the end. */
  public static final class BrokenDigest extends java.security.MessageDigestSpi {
    @Override
    protected void engineUpdate(byte input) {}

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {}

    @Override
    protected byte[] engineDigest() {
      throw new ProviderException("slot 3, pin 1234: device removed");
    }

    @Override
    protected void engineReset() {}
  }
}
