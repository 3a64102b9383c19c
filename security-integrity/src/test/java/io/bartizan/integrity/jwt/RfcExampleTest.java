package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES512;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The examples of RFC 7515 appendix A, RFC 7520 section 4, RFC 7638 and RFC 8037 appendix A. */
class RfcExampleTest {

  private static final String JOE =
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
  private static final String FRODO =
      ".SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250"
          + "byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hl"
          + "cmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.";
  private static final String ED_KEY =
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";

  @Test
  void rfc7515_a1_hs256_givesJoe() {
    JwtKeys.Fixed key =
        JwtKeys.jwk(
            "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"
                + "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}");
    VerifiedJwt jwt =
        joe(key, HS256)
            .verify(
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
                    + JOE
                    + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assertThat(jwt.issuer()).isEqualTo("joe");
    assertThat(jwt.bool("http://example.com/is_root")).contains(true);
    assertThat(jwt.expiresAt()).contains(Instant.ofEpochSecond(1300819380));
  }

  @Test
  void rfc7515_a2_rs256_givesJoe() {
    JwtKeys.Fixed key =
        JwtKeys.jwk(
            "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Va"
                + "w-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_"
                + "7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlx"
                + "vb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54"
                + "h4FRWyuXpoQ\",\"e\":\"AQAB\"}");
    VerifiedJwt jwt =
        joe(key, RS256)
            .verify(
                "eyJhbGciOiJSUzI1NiJ9"
                    + JOE
                    + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp"
                    + "5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMH"
                    + "lb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w"
                    + "9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
    assertThat(jwt.issuer()).isEqualTo("joe");
  }

  @Test
  void rfc7515_a3_es256_givesJoe() {
    JwtKeys.Fixed key =
        JwtKeys.jwk(
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
    VerifiedJwt jwt =
        joe(key, ES256)
            .verify(
                "eyJhbGciOiJFUzI1NiJ9"
                    + JOE
                    + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    assertThat(jwt.issuer()).isEqualTo("joe");
  }

  @Test
  void rfc7520_section4_hs256AndEs512_verify() {
    JwtKeys.Fixed secret =
        JwtKeys.jwk(
            "{\"kty\":\"oct\",\"kid\":\"018c0ae5-4d9b-471b-bfd6-eef314bc7037\",\"use\":\"sig\","
                + "\"alg\":\"HS256\",\"k\":\"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg\"}");
    String token =
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9"
            + FRODO
            + "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";
    assertThat(Forge.verifiesSignature(joe(secret, HS256), token)).isTrue();
    assertThat(Forge.verifiesSignature(joe(secret, HS256), token.replace("s0h6", "s0h7")))
        .isFalse();
    JwtKeys.Fixed p521 =
        JwtKeys.jwk(
            "{\"kty\":\"EC\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"crv\":\"P-521\","
                + "\"x\":\"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt\","
                + "\"y\":\"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1\"}");
    assertThat(
            Forge.verifiesSignature(
                joe(p521, ES512),
                "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9"
                    + FRODO
                    + "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3"
                    + "mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"))
        .isTrue();
  }

  @Test
  void rfc8037_appendixA_ed25519_verifiesByItsOldName() {
    TrustedIssuer issuer = TrustedIssuer.of("joe", JwtKeys.jwk(ED_KEY), ED25519).withEdDsaAlias();
    assertThat(
            Forge.verifiesSignature(
                JwtVerifier.ignoreAudience(issuer).build(),
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                    + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
        .isTrue();
  }

  @Test
  void rfc7638AndRfc8037_thumbprints_areTheirs() {
    VerifyingKey ed = Objects.requireNonNull(JwkReader.read(JwkReader.parse(ED_KEY)));
    assertThat(Thumbprint.of(Objects.requireNonNull(ed.publicKey)))
        .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    VerifyingKey rsa =
        Objects.requireNonNull(
            JwkReader.read(
                JwkReader.parse(
                    "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4c"
                        + "bbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXAr"
                        + "wl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5ha"
                        + "jrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-cs"
                        + "FCur-kEgU8awapJzKnqDKgw\"}")));
    assertThat(Thumbprint.of(Objects.requireNonNull(rsa.publicKey)))
        .isEqualTo("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  }

  private static JwtVerifier joe(JwtKeys.Fixed key, JwsAlgorithm algorithm) {
    return JwtVerifier.ignoreAudience(TrustedIssuer.of("joe", key, algorithm))
        .withClock(InstantSource.fixed(Instant.ofEpochSecond(1300819000)))
        .build();
  }
}
