package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.NodeProject;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks that others sign are accepted here, and what we sign is accepted by them. */
@Tag("deep")
class OutsideWebhooksIT {

  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String STRIPE_SECRET = "whsec_an_endpoint_secret_of_stripe";
  private static final List<String> BODIES =
      List.of("{\"type\":\"user.created\"}", "{}", "{\"name\":\"Åsa 🦊\",\"n\":1.0}", "[1, 2]\n");

  @TempDir Path folder;

  @Test
  void standard_npmPackageStandardwebhooks_agreesBothWays() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("standardwebhooks@1.1.1");
    long now = Instant.now().getEpochSecond();
    List<Map<String, String>> ours = new ArrayList<>();
    for (String body : BODIES) {
      ours.add(Map.of("body", body, "signature", "v1," + standardTag("msg_1", now, body)));
    }
    Map<String, @Nullable Object> out =
        project.run(
            """
            import { Webhook } from 'standardwebhooks';
            import { readFileSync, writeFileSync } from 'node:fs';
            const { secret, now, ours } = JSON.parse(readFileSync('in.json'));
            const webhook = new Webhook(secret);
            const headers = (signature) => ({ 'webhook-id': 'msg_1', 'webhook-timestamp': String(now),
              'webhook-signature': signature });
            let accepted = 0, refused = 0;
            for (const { body, signature } of ours) {
              webhook.verify(body, headers(signature));
              accepted++;
              try { webhook.verify(body + ' ', headers(signature)); } catch { refused++; }
            }
            const made = ours.map(({ body }) =>
              ({ body, signature: webhook.sign('msg_1', new Date(now * 1000), body) }));
            writeFileSync('out.json', JSON.stringify({ accepted, refused, made }));
            """,
            Map.of("secret", SECRET, "now", now, "ours", ours));
    assertThat(out.get("accepted")).isEqualTo((long) BODIES.size());
    assertThat(out.get("refused")).isEqualTo((long) BODIES.size());
    WebhookVerifier verifier = WebhookVerifier.of(WebhookScheme.standard(secret(SECRET)));
    for (Object one : (List<?>) Objects.requireNonNull(out.get("made"))) {
      Map<?, ?> made = (Map<?, ?>) one;
      Map<String, String> headers = headers("msg_1", now, String.valueOf(made.get("signature")));
      assertOnlyThisBody(verifier, headers, String.valueOf(made.get("body")));
    }
  }

  @Test
  void standard_v1aOfNodesCrypto_isAccepted() throws Exception {
    long now = Instant.now().getEpochSecond();
    Map<String, @Nullable Object> out =
        new NodeProject(folder)
            .run(
                """
                import { generateKeyPairSync, sign } from 'node:crypto';
                import { readFileSync, writeFileSync } from 'node:fs';
                const { now, bodies } = JSON.parse(readFileSync('in.json'));
                const { publicKey, privateKey } = generateKeyPairSync('ed25519');
                const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url');
                const made = bodies.map((body) => ({ body, signature: 'v1a,' +
                  sign(null, Buffer.from(`msg_1.${now}.${body}`), privateKey).toString('base64') }));
                writeFileSync('out.json',
                  JSON.stringify({ key: 'whpk_' + raw.toString('base64'), made }));
                """,
                Map.of("now", now, "bodies", BODIES));
    WebhookVerifier verifier =
        WebhookVerifier.of(WebhookScheme.standard(secret(String.valueOf(out.get("key")))));
    for (Object one : (List<?>) Objects.requireNonNull(out.get("made"))) {
      Map<?, ?> made = (Map<?, ?>) one;
      Map<String, String> headers = headers("msg_1", now, String.valueOf(made.get("signature")));
      assertOnlyThisBody(verifier, headers, String.valueOf(made.get("body")));
    }
  }

  @Test
  void standard_v1aOfOpenssl_isAccepted() throws Exception {
    Path openssl = OptionalTool.program("openssl");
    long now = Instant.now().getEpochSecond();
    String body = BODIES.get(2);
    Files.write(folder.resolve("message"), ("msg_1." + now + "." + body).getBytes(UTF_8));
    run(openssl, "genpkey", "-algorithm", "ed25519", "-out", "key.pem");
    run(openssl, "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der");
    run(
        openssl,
        "pkeyutl",
        "-sign",
        "-rawin",
        "-inkey",
        "key.pem",
        "-in",
        "message",
        "-out",
        "signature");
    byte[] spki = Files.readAllBytes(folder.resolve("public.der"));
    String key = base64(Arrays.copyOfRange(spki, spki.length - 32, spki.length));
    String signature = base64(Files.readAllBytes(folder.resolve("signature")));
    assertOnlyThisBody(
        WebhookVerifier.of(WebhookScheme.standard(secret("whpk_" + key))),
        headers("msg_1", now, "v1a," + signature),
        body);
  }

  @Test
  void stripe_itsOwnLibrary_agreesBothWays() throws Exception {
    NodeProject project = new NodeProject(folder);
    project.install("stripe@23.1.0");
    long now = Instant.now().getEpochSecond();
    Hmac hmac = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, STRIPE_SECRET.getBytes(UTF_8));
    List<Map<String, String>> ours = new ArrayList<>();
    for (String body : BODIES) {
      byte[] tag = hmac.signFramed((now + ".").getBytes(UTF_8), body.getBytes(UTF_8));
      String header = "t=" + now + ",v1=" + HexFormat.of().formatHex(tag);
      ours.add(Map.of("body", body, "header", header));
    }
    Map<String, @Nullable Object> out =
        project.run(
            """
            import Stripe from 'stripe';
            import { readFileSync, writeFileSync } from 'node:fs';
            const { secret, ours } = JSON.parse(readFileSync('in.json'));
            const stripe = new Stripe('sk_test_unused');
            let accepted = 0, refused = 0;
            for (const { body, header } of ours) {
              stripe.webhooks.signature.verifyHeader(body, header, secret, 300);
              accepted++;
              try { stripe.webhooks.signature.verifyHeader(body + ' ', header, secret, 300); }
              catch { refused++; }
            }
            const made = ours.map(({ body }) => ({ body,
              header: stripe.webhooks.generateTestHeaderString({ payload: body, secret }) }));
            writeFileSync('out.json', JSON.stringify({ accepted, refused, made }));
            """,
            Map.of("secret", STRIPE_SECRET, "ours", ours));
    assertThat(out.get("accepted")).isEqualTo((long) BODIES.size());
    assertThat(out.get("refused")).isEqualTo((long) BODIES.size());
    WebhookVerifier verifier = WebhookVerifier.of(WebhookScheme.stripe(secret(STRIPE_SECRET)));
    for (Object one : (List<?>) Objects.requireNonNull(out.get("made"))) {
      Map<?, ?> made = (Map<?, ?>) one;
      Map<String, String> headers = Map.of("Stripe-Signature", String.valueOf(made.get("header")));
      assertOnlyThisBody(verifier, headers, String.valueOf(made.get("body")));
    }
  }

  private static void assertOnlyThisBody(
      WebhookVerifier verifier, Map<String, String> headers, String body) {
    assertThat(verifier.verify(headers::get, body.getBytes(UTF_8)).text()).isEqualTo(body);
    assertThat(verifier.check(headers::get, (body + " ").getBytes(UTF_8)).isAccepted()).isFalse();
  }

  private static Map<String, String> headers(String id, long time, String signature) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", id);
    headers.put("webhook-timestamp", Long.toString(time));
    headers.put("webhook-signature", signature);
    return headers;
  }

  private static String standardTag(String id, long time, String body) {
    byte[] key = Base64.getDecoder().decode(SECRET.substring("whsec_".length()));
    return base64(
        Hmac.ofAnyLength(HmacAlgorithm.SHA_256, key)
            .signFramed((id + "." + time + ".").getBytes(UTF_8), body.getBytes(UTF_8)));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static SecretBytes secret(String text) {
    return SecretBytes.copyOf(text.getBytes(UTF_8));
  }

  private void run(Path program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log.txt").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("log.txt"))).isZero();
  }
}
