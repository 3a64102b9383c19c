package io.bartizan.integrity.jwt;

/**
 * What Python's libraries do in {@link ScriptInteropIT}: each script verifies the tokens of {@code
 * in.json} and tries changed ones, and writes tokens of its own to {@code out.json}.
 */
final class PythonScripts {

  private PythonScripts() {}

  /** PyJWT signs with our keys. */
  static final String PYJWT =
      """
      import json, time, jwt
      accepted, made = [], []
      for t in json.load(open('in.json'))['tokens']:
          alg = t['alg']
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

  private static final String AUTHLIB_CALLS =
      """
      from authlib.jose import JsonWebKey, JsonWebToken, KeySet
      from authlib.jose.errors import BadSignatureError as BadSignature
      def generate(alg, kty, size, curve):
          options = dict(alg=alg, kid=alg, use='sig')
          return JsonWebKey.generate_key(kty, curve or size, options, is_private=True)
      def key_of(pem):
          return JsonWebKey.import_key(pem)
      def secret_of(secret):
          return JsonWebKey.import_key(secret, {'kty': 'oct'})
      def set_of(text):
          return JsonWebKey.import_key_set(text)
      def sign(alg, claims, key):
          return JsonWebToken([alg]).encode(dict(alg=alg, kid=alg), claims, key).decode()
      def verify(alg, token, key):
          options = {name: dict(essential=True, value=value) for name, value in EXPECTED.items()}
          claims = JsonWebToken([alg]).decode(token, key, claims_options=options)
          claims.validate()
          return claims
      # The public half of a private key loses use and alg; a public key keeps them.
      def public(key):
          return key.as_json(is_private=False)
      def published(keys):
          halves = [JsonWebKey.import_key(key.as_pem(), key.options) for key in keys]
          return KeySet(halves).as_json(is_private=False)
      """;

  private static final String JWCRYPTO_CALLS =
      """
      from jwcrypto.jwk import JWK, JWKSet
      from jwcrypto.jws import InvalidJWSSignature as BadSignature
      from jwcrypto.jwt import JWT
      def generate(alg, kty, size, curve):
          shape = dict(crv=curve) if curve else dict(size=size)
          return JWK.generate(kty=kty, alg=alg, kid=alg, use='sig', **shape)
      def key_of(pem):
          return JWK.from_pem(pem.encode())
      def secret_of(secret):
          return JWK(kty='oct', k=base64url(secret))
      def set_of(text):
          return JWKSet.from_json(text)
      def sign(alg, claims, key):
          token = JWT(header=dict(alg=alg, kid=alg), claims=claims, algs=[alg])
          token.make_signed_token(key)
          return token.serialize()
      def verify(alg, token, key):
          return json.loads(JWT(jwt=token, key=key, algs=[alg], check_claims=EXPECTED).claims)
      def public(key):
          return key.export(private_key=key.is_symmetric)
      def published(keys):
          keyset = JWKSet()
          for key in keys:
              keyset.add(key)
          return keyset.export(private_keys=False)
      """;

  private static final String BEFORE =
      """
      import base64, json, time
      EXPECTED = dict(iss='https://bartizan', aud='my-api', sub='alice')
      def base64url(of):
          return base64.urlsafe_b64encode(of).decode().rstrip('=')
      """;

  private static final String AFTER =
      """
      def refuse(alg, token, key):
          try:
              verify(alg, token, key)
          except BadSignature:
              return
          raise SystemExit('accepted a changed token of ' + alg)
      curves = dict(ES256='P-256', ES384='P-384', ES512='P-521', EdDSA='Ed25519')
      types = dict(HS='oct', RS='RSA', PS='RSA', ES='EC', Ed='OKP')
      given = json.load(open('in.json'))
      ours = set_of(given['set'])
      accepted, made, keys = [], [], []
      for t in given['tokens']:
          alg, token, kty = t['alg'], t['token'], types[t['alg'][:2]]
          head, body, signature = token.split('.')
          other = json.loads(base64.urlsafe_b64decode(body + '==')) | dict(role='root')
          body = base64url(json.dumps(other).encode())
          if kty == 'oct':
              forms = [secret_of(bytes.fromhex(t['secret']))]
          else:
              forms = [key_of(t['pem']), ours]
          for key in forms:
              role = verify(alg, token, key)['role']
              refuse(alg, '.'.join([head, body, signature]), key)
              refuse(alg, token[:-8] + 'AAAAAAAA', key)
          accepted.append(alg + ' ' + role)
          own = generate(alg, kty, int(alg[2:]) if kty == 'oct' else 2048, curves.get(alg))
          claims = dict(iss='https://other', aud='my-api', sub='alice', role='admin',
                        exp=int(time.time()) + 300)
          made.append(dict(alg=alg, token=sign(alg, claims, own), jwk=public(own)))
          if kty != 'oct':
              keys.append(own)
      json.dump(dict(made=made, accepted=accepted, set=published(keys)), open('out.json', 'w'))
      """;

  /** Authlib and jwcrypto make keys of their own, and read and publish key sets. */
  static final String AUTHLIB = BEFORE + AUTHLIB_CALLS + AFTER;

  static final String JWCRYPTO = BEFORE + JWCRYPTO_CALLS + AFTER;
}
