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

/**
 * The npm packages jose and jsonwebtoken, and PyJWT: their tokens are accepted here, ours there,
 * for every algorithm that both have.
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

  /** Keys of its own are secrets alone; for the others it signs with ours. */
  private static final String PYTHON_SCRIPT =
      """
      import json, time, jwt
      accepted, made = [], []
      for t in json.load(open('in.json'))['tokens']:
          alg = t['alg']
          if alg == 'Ed25519':
              continue
          key = bytes.fromhex(t['secret']) if 'secret' in t else t['pem']
          said = dict(algorithms=[alg], issuer='https://bartizan', audience='my-api')
          accepted.append(alg + ' ' + jwt.decode(t['token'], key, **said)['role'])
          try:
              jwt.decode(t['token'][:-8] + 'AAAAAAAA', key, **said)
              raise SystemExit('accepted a changed token of ' + alg)
          except jwt.InvalidTokenError:
              pass
          claims = dict(iss='https://other', aud='my-api', sub='alice', role='admin',
                        exp=int(time.time()) + 300)
          made.append(dict(alg=alg, token=jwt.encode(claims, t.get('private') or key, algorithm=alg)))
      json.dump(dict(made=made, accepted=accepted), open('out.json', 'w'))
      """;

  private static final int ALL = JwsAlgorithm.values().length;

  @TempDir Path folder;

  @Test
  void jose_everyAlgorithm_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("jose@" + VERSION);
    acceptsBoth(project.run(SCRIPT, Map.of("tokens", ours())), "https://jose", ALL);
  }

  @Test
  void jsonwebtoken_everyAlgorithmButEd25519_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("jsonwebtoken@" + JSONWEBTOKEN);
    acceptsBoth(
        project.run(JSONWEBTOKEN_SCRIPT, Map.of("tokens", ours())), "https://other", ALL - 1);
  }

  /** Debian's python3-jwt, so Debian's Python. */
  @Test
  void pyJwt_everyAlgorithmButEd25519_acceptsOursAndIsAccepted() throws Exception {
    NodeProject project = new NodeProject(folder);
    acceptsBoth(
        project.runPython(PYTHON_SCRIPT, Map.of("tokens", ours())), "https://other", ALL - 1);
  }

  private static void acceptsBoth(Map<String, ?> theirs, String issuer, int algorithms) {
    List<?> accepted = (List<?>) Objects.requireNonNull(theirs.get("accepted"));
    assertThat(accepted).hasSize(algorithms).allMatch(a -> a.toString().endsWith("admin"));
    List<?> made = (List<?>) Objects.requireNonNull(theirs.get("made"));
    assertThat(made).hasSize(algorithms);
    for (Object one : made) {
      Map<?, ?> token = (Map<?, ?>) one;
      JwsAlgorithm algorithm =
          Objects.requireNonNull(JwsAlgorithm.ofHeaderName(String.valueOf(token.get("alg"))));
      Object jwk = token.get("jwk");
      JwtKeys keys = jwk == null ? Keys.verifying(algorithm) : JwtKeys.jwk(jwk.toString());
      JwtVerifier verifier = JwtVerifier.of(TrustedIssuer.of(issuer, keys, algorithm), "my-api");
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
        token.put("private", Pem.encode("PRIVATE KEY", Keys.privateKey(algorithm).getEncoded()));
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
