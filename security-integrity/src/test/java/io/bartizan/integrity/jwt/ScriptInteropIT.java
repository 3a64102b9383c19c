package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.NodeProject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The npm packages jose and jsonwebtoken, and PyJWT, Authlib and jwcrypto of Python: their tokens
 * are accepted here, ours there, for every algorithm that both have. Changed ones are refused.
 */
@Tag("deep")
class ScriptInteropIT {

  private static final String VERSION = "6.2.17";

  private static final String SCRIPT =
      """
      import * as jose from 'jose';
      import { readFileSync, writeFileSync } from 'node:fs';
      const algs = ['HS256','HS384','HS512','RS256','RS384','RS512','PS256','PS384','PS512',
        'ES256','ES384','ES512','Ed25519'];
      const made = [];
      for (const alg of algs) {
        let signing, jwk;
        if (alg.startsWith('HS')) {
          signing = new Uint8Array(Number(alg.slice(2)) / 8).fill(7);
          jwk = { kty: 'oct', k: jose.base64url.encode(signing), alg, kid: alg };
        } else {
          const pair = await jose.generateKeyPair(alg, { extractable: true });
          signing = pair.privateKey;
          jwk = { ...(await jose.exportJWK(pair.publicKey)), alg, kid: alg };
        }
        const token = await new jose.SignJWT({ role: 'admin', n: [1, 2] })
          .setProtectedHeader({ alg, kid: alg, typ: 'JWT' })
          .setIssuer('https://jose').setAudience('my-api').setSubject('alice')
          .setIssuedAt().setExpirationTime('5m').sign(signing);
        made.push({ alg, jwk: JSON.stringify(jwk), token });
      }
      const accepted = [];
      for (const { alg, pem, secret, token } of JSON.parse(readFileSync('in.json')).tokens) {
        const key = secret ? Buffer.from(secret, 'hex') : await jose.importSPKI(pem, alg);
        const { payload } = await jose.jwtVerify(token, key, {
          issuer: 'https://bartizan', audience: 'my-api', subject: 'alice', algorithms: [alg] });
        accepted.push(alg + ' ' + payload.role);
        let refused = false;
        try { await jose.jwtVerify(token.slice(0, -8) + 'AAAAAAAA', key); } catch { refused = true; }
        if (!refused) throw new Error('jose accepted a changed token of ' + alg);
      }
      writeFileSync('out.json', JSON.stringify({ made, accepted }));
      """;

  private static final String JSONWEBTOKEN = "9.0.3";

  private static final String JSONWEBTOKEN_SCRIPT =
      """
      import jwt from 'jsonwebtoken';
      import { generateKeyPairSync } from 'node:crypto';
      import { readFileSync, writeFileSync } from 'node:fs';
      const algs = ['HS256','HS384','HS512','RS256','RS384','RS512','PS256','PS384','PS512',
        'ES256','ES384','ES512'];
      const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
      const made = [];
      for (const alg of algs) {
        let signing, jwk;
        if (alg.startsWith('HS')) {
          signing = Buffer.alloc(Number(alg.slice(2)) / 8, 7);
          jwk = { kty: 'oct', k: signing.toString('base64url'), alg };
        } else {
          const pair = curves[alg]
            ? generateKeyPairSync('ec', { namedCurve: curves[alg] })
            : generateKeyPairSync('rsa', { modulusLength: 2048 });
          signing = pair.privateKey;
          jwk = { ...pair.publicKey.export({ format: 'jwk' }), alg };
        }
        const token = jwt.sign({ role: 'admin' }, signing, { algorithm: alg, issuer: 'https://other',
          audience: 'my-api', subject: 'alice', expiresIn: '5m' });
        made.push({ alg, jwk: JSON.stringify(jwk), token });
      }
      const accepted = [];
      for (const { alg, pem, secret, token } of JSON.parse(readFileSync('in.json')).tokens) {
        if (!algs.includes(alg)) continue;
        const key = secret ? Buffer.from(secret, 'hex') : pem;
        const options = { issuer: 'https://bartizan', audience: 'my-api', algorithms: [alg] };
        accepted.push(alg + ' ' + jwt.verify(token, key, options).role);
        let refused = false;
        try { jwt.verify(token.slice(0, -8) + 'AAAAAAAA', key, options); } catch { refused = true; }
        if (!refused) throw new Error('accepted a changed token of ' + alg);
      }
      writeFileSync('out.json', JSON.stringify({ made, accepted }));
      """;

  private static final String EDDSA = "EdDSA";

  private static final int ALL = JwsAlgorithm.values().length;

  @TempDir Path folder;

  @Test
  void jose_everyAlgorithm_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("jose@" + VERSION);
    acceptsBoth(project.run(SCRIPT, Map.of("tokens", ours(false))), "https://jose", ALL);
  }

  @Test
  void jsonwebtoken_everyAlgorithmButEd25519_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("jsonwebtoken@" + JSONWEBTOKEN);
    acceptsBoth(
        project.run(JSONWEBTOKEN_SCRIPT, Map.of("tokens", ours(false))), "https://other", ALL - 1);
  }

  /** Debian's python3-jwt, so Debian's Python. */
  @Test
  void pyJwt_everyAlgorithm_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    Map<String, ?> input = Map.of("tokens", ours(true));
    acceptsBoth(project.runPython("jwt", PythonScripts.PYJWT, input), "https://other", ALL);
  }

  @Test
  void authlib_everyAlgorithm_acceptsOursAndIsAccepted() throws Exception {
    acceptsBothWithKeySets("authlib", PythonScripts.AUTHLIB);
  }

  @Test
  void jwcrypto_everyAlgorithm_acceptsOursAndIsAccepted() throws Exception {
    acceptsBothWithKeySets("jwcrypto", PythonScripts.JWCRYPTO);
  }

  /** Each side also reads the key set that the other publishes. */
  private void acceptsBothWithKeySets(String library, String script) throws Exception {
    List<JwsAlgorithm> inSets =
        Stream.of(JwsAlgorithm.values()).filter(algorithm -> !algorithm.isSymmetric()).toList();
    List<SigningKey> published = new ArrayList<>();
    for (JwsAlgorithm algorithm : inSets) {
      published.add(signing(algorithm, true).withPublicKey(Keys.publicKey(algorithm)));
    }
    Map<String, ?> input = Map.of("tokens", ours(true), "set", SigningKey.publicJwkSet(published));
    Map<String, ?> theirs = new NodeProject(folder).runPython(library, script, input);
    acceptsBoth(theirs, "https://other", ALL);

    JwtKeys.Fixed set = JwtKeys.jwkSet(String.valueOf(theirs.get("set")));
    assertThat(set.leftOut()).isEmpty();
    TrustedIssuer trusted = TrustedIssuer.of("https://other", set, inSets).withEdDsaAlias();
    int read = 0;
    for (Object one : (List<?>) Objects.requireNonNull(theirs.get("made"))) {
      Map<?, ?> made = (Map<?, ?>) one;
      if (!algorithm(made).isSymmetric()) {
        accepts(made, trusted);
        read++;
      }
    }
    assertThat(read).isEqualTo(inSets.size());
  }

  private static void acceptsBoth(Map<String, ?> theirs, String issuer, int algorithms) {
    List<?> accepted = (List<?>) Objects.requireNonNull(theirs.get("accepted"));
    assertThat(accepted).hasSize(algorithms).allMatch(a -> a.toString().endsWith("admin"));
    List<?> all = (List<?>) Objects.requireNonNull(theirs.get("made"));
    assertThat(all).hasSize(algorithms);
    for (Object one : all) {
      Map<?, ?> made = (Map<?, ?>) one;
      JwsAlgorithm algorithm = algorithm(made);
      Object jwk = made.get("jwk");
      JwtKeys keys = jwk == null ? Keys.verifying(algorithm) : JwtKeys.jwk(jwk.toString());
      TrustedIssuer trusted = TrustedIssuer.of(issuer, keys, algorithm);
      accepts(made, EDDSA.equals(made.get("alg")) ? trusted.withEdDsaAlias() : trusted);
    }
  }

  /** Their token as it is, but not with another signature or another claim. */
  private static void accepts(Map<?, ?> made, TrustedIssuer trusted) {
    JwtVerifier verifier = JwtVerifier.of(trusted, "my-api");
    String token = String.valueOf(made.get("token"));
    VerifiedJwt jwt = verifier.verify(token);
    assertThat(jwt.subject()).contains("alice");
    assertThat(jwt.string("role")).contains("admin");
    assertThat(jwt.algorithm()).isEqualTo(algorithm(made));

    String[] parts = token.split("\\.", -1);
    String payload = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
    byte[] changed = payload.replace("\"admin\"", "\"root\"").getBytes(UTF_8);
    String body = Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
    assertThat(body).isNotEqualTo(parts[1]);
    Forge.refuses(verifier, parts[0] + "." + body + "." + parts[2], JwtReason.SIGNATURE_INVALID);
    Forge.refuses(
        verifier, token.substring(0, token.length() - 8) + "AAAAAAAA", JwtReason.SIGNATURE_INVALID);
  }

  private static JwsAlgorithm algorithm(Map<?, ?> token) {
    String name = String.valueOf(token.get("alg"));
    return name.equals(EDDSA)
        ? JwsAlgorithm.ED25519
        : Objects.requireNonNull(JwsAlgorithm.ofHeaderName(name));
  }

  private static SigningKey signing(JwsAlgorithm algorithm, boolean olderName) {
    SigningKey key = Keys.signing(algorithm, 0);
    if (olderName && algorithm == JwsAlgorithm.ED25519) {
      key = key.withEdDsaAlias();
    }
    return key.withKeyId(key.headerName());
  }

  /** A token of each algorithm; {@code olderName} says EdDSA, which libraries of Debian know. */
  private static List<Map<String, String>> ours(boolean olderName) {
    List<Map<String, String>> tokens = new ArrayList<>();
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      SigningKey key = signing(algorithm, olderName);
      Map<String, String> token = new LinkedHashMap<>();
      token.put("alg", key.headerName());
      if (algorithm.isSymmetric()) {
        token.put("secret", HexFormat.of().formatHex(Keys.secret(algorithm, 0).exposedCopy()));
      } else {
        token.put("pem", Pem.encode("PUBLIC KEY", Keys.publicKey(algorithm).getEncoded()));
        token.put("private", Pem.encode("PRIVATE KEY", Keys.privateKey(algorithm).getEncoded()));
      }
      token.put(
          "token",
          JwtSigner.builder("https://bartizan", Duration.ofMinutes(5), key)
              .build()
              .sign(JwtClaims.forAudience("my-api").withSubject("alice").with("role", "admin")));
      tokens.add(token);
    }
    return tokens;
  }
}
