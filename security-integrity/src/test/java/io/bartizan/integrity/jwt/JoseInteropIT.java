package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.NodeProject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The npm package jose: its tokens are accepted here, ours there, for every algorithm. */
@Tag("deep")
class JoseInteropIT {

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

  @TempDir Path folder;

  @Test
  void jose_everyAlgorithm_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("jose@" + VERSION);
    Map<String, ?> theirs = project.run(SCRIPT, Map.of("tokens", ours()));
    List<?> accepted = (List<?>) Objects.requireNonNull(theirs.get("accepted"));
    assertThat(accepted)
        .hasSize(JwsAlgorithm.values().length)
        .allMatch(a -> a.toString().endsWith("admin"));
    List<?> made = (List<?>) Objects.requireNonNull(theirs.get("made"));
    assertThat(made).hasSize(JwsAlgorithm.values().length);
    for (Object one : made) {
      Map<?, ?> token = (Map<?, ?>) one;
      JwsAlgorithm algorithm =
          Objects.requireNonNull(JwsAlgorithm.ofHeaderName(String.valueOf(token.get("alg"))));
      JwtKeys keys = JwtKeys.jwk(String.valueOf(token.get("jwk")));
      JwtVerifier verifier =
          JwtVerifier.of(TrustedIssuer.of("https://jose", keys, algorithm), "my-api");
      VerifiedJwt jwt = verifier.verify(String.valueOf(token.get("token")));
      assertThat(jwt.subject()).contains("alice");
      assertThat(jwt.string("role")).contains("admin");
      assertThat(jwt.algorithm()).isEqualTo(algorithm);
    }
  }

  private static List<Map<String, String>> ours() {
    List<Map<String, String>> tokens = new ArrayList<>();
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      Map<String, String> token = new LinkedHashMap<>();
      token.put("alg", algorithm.headerName());
      if (algorithm.isSymmetric()) {
        token.put("secret", HexFormat.of().formatHex(Keys.secret(algorithm, 0).exposedCopy()));
      } else {
        token.put("pem", Pem.encode("PUBLIC KEY", Keys.publicKey(algorithm).getEncoded()));
      }
      token.put(
          "token",
          Keys.signer(algorithm, "https://bartizan", 0)
              .build()
              .sign(JwtClaims.forAudience("my-api").withSubject("alice").with("role", "admin")));
      tokens.add(token);
    }
    return tokens;
  }
}
