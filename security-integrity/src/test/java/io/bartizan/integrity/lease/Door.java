package io.bartizan.integrity.lease;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.AsyncJwtVerifier;
import io.bartizan.integrity.jwt.AsyncSingleUseJwts;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.SingleUseJwts;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One way in for messages that are handled under a lease, and its sender. */
enum Door {
  WEBHOOK {
    @Override
    String message(String id, InstantSource clock) {
      String time = Long.toString(clock.instant().getEpochSecond());
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        byte[] tag = mac.doFinal((id + "." + time + ".{}").getBytes(UTF_8));
        return id + " " + time + " v1," + Base64.getEncoder().encodeToString(tag);
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    Function<String, Attempt> receiver(
        DeliveryGuard guard, Duration lease, boolean lenient, InstantSource clock) {
      SecretBytes shown = SecretBytes.ofUtf8("whsec_" + Base64.getEncoder().encodeToString(KEY));
      WebhookVerifier verifier =
          WebhookVerifier.builder(WebhookScheme.standard(shown))
              .withDeliveries(guard, lease, Duration.ofDays(lenient ? 4 : 3))
              .withTolerance(Duration.ofMinutes(lenient ? 60 : 5))
              .withClock(clock)
              .build();
      return message -> {
        String[] parts = message.split(" ", -1);
        Map<String, String> headers =
            Map.of(
                "webhook-id", parts[0],
                "webhook-timestamp", parts[1],
                "webhook-signature", parts[2]);
        return attempt(
            verifier.check(headers::get, "{}".getBytes(UTF_8)),
            event -> new Attempt("accepted", 200, event::complete, event::abandon),
            verifier::status);
      };
    }
  },

  SIGNED_VALUE {
    @Override
    String message(String id, InstantSource clock) {
      SignedValues values =
          SignedValues.builder("door", RING, VALIDITY)
              .withSingleUse(UNASKED, Duration.ofSeconds(1))
              .withClock(clock)
              .build();
      return values.sign(id);
    }

    @Override
    Function<String, Attempt> receiver(
        DeliveryGuard guard, Duration lease, boolean lenient, InstantSource clock) {
      SignedValues values =
          SignedValues.builder("door", RING, lenient ? VALIDITY.multipliedBy(2) : VALIDITY)
              .withSingleUse(guard, lease)
              .withClockSkew(Duration.ofMinutes(lenient ? 5 : 0))
              .withClock(clock)
              .build();
      return message ->
          attempt(
              values.check(message),
              value -> new Attempt("accepted", 200, value::complete, value::abandon),
              values::status);
    }
  },

  TOKEN {
    @Override
    String message(String id, InstantSource clock) {
      return JwtSigner.builder(
              "https://issuer", VALIDITY, SigningKey.secret(JwsAlgorithm.HS256, SECRET))
          .withClock(clock)
          .build()
          .sign(JwtClaims.forAudience("door").withId(id));
    }

    @Override
    Function<String, Attempt> receiver(
        DeliveryGuard guard, Duration lease, boolean lenient, InstantSource clock) {
      SingleUseJwts tokens = SingleUseJwts.of(verifier(lenient, clock), guard, lease);
      return message ->
          attempt(
              tokens.check(message),
              jwt -> new Attempt("accepted", 200, jwt::complete, jwt::abandon),
              tokens::status);
    }
  },

  TOKEN_LATER {
    @Override
    String message(String id, InstantSource clock) {
      return TOKEN.message("later " + id, clock);
    }

    @Override
    Function<String, Attempt> receiver(
        DeliveryGuard guard, Duration lease, boolean lenient, InstantSource clock) {
      AsyncSingleUseJwts tokens =
          AsyncSingleUseJwts.of(
              AsyncJwtVerifier.builder(verifier(lenient, clock)).withExecutor(WORKER).build(),
              guard,
              lease);
      return message -> {
        CompletableFuture<Attempt> begun = new CompletableFuture<>();
        CompletableFuture<Attempt> ended =
            tokens
                .handle(
                    message,
                    jwt -> {
                      CompletableFuture<String> work = new CompletableFuture<>();
                      Runnable complete = () -> work.complete("done");
                      Runnable fail = () -> work.completeExceptionally(new IOException("down"));
                      begun.complete(
                          new Attempt("accepted", 200, awaited(complete), awaited(fail)));
                      return work;
                    })
                .toCompletableFuture()
                .thenApply(done -> attempt(done, jwt -> begun.join(), tokens::status));
        return (Attempt) CompletableFuture.anyOf(begun, ended).join();
      };
    }
  };

  /**
   * What a receiver said.
   *
   * @param outcome {@code "accepted"} or the reason
   */
  record Attempt(Object outcome, int status, Runnable complete, Runnable abandon) {

    String said() {
      return outcome.toString();
    }
  }

  static final Duration VALIDITY = Duration.ofDays(1);

  private static final byte[] KEY = "k".repeat(32).getBytes(UTF_8);
  private static final MacKeyRing RING = MacKeyRing.of(SecretBytes.random(32));
  private static final SecretBytes SECRET = SecretBytes.random(32);
  private static final DeliveryGuard UNASKED = InMemoryReplayGuard.of(1);
  private static final Executor WORKER =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "door");
            worker.setDaemon(true);
            return worker;
          });

  /** Signed at the clock's time. */
  abstract String message(String id, InstantSource clock);

  /** An instance of the service, with one of two settings of its tolerance. */
  abstract Function<String, Attempt> receiver(
      DeliveryGuard guard, Duration lease, boolean lenient, InstantSource clock);

  private static JwtVerifier verifier(boolean lenient, InstantSource clock) {
    TrustedIssuer issuer =
        TrustedIssuer.of(
            "https://issuer", JwtKeys.secret(JwsAlgorithm.HS256, SECRET), JwsAlgorithm.HS256);
    return JwtVerifier.builder(issuer, "door")
        .withClockSkew(Duration.ofMinutes(lenient ? 5 : 0))
        .withClock(clock)
        .build();
  }

  /** What follows is done by the one worker before this returns. */
  private static Runnable awaited(Runnable end) {
    return () -> {
      end.run();
      CompletableFuture.runAsync(() -> {}, WORKER).join(); // the handler has returned
      CompletableFuture.runAsync(() -> {}, WORKER).join(); // its end was told
    };
  }

  private static <T> Attempt attempt(
      Checked<T> checked, Function<T, Attempt> accepted, Function<Reason, Integer> status) {
    return checked.fold(
        accepted,
        refusal -> {
          Reason reason = refusal.reason();
          return new Attempt(reason, status.apply(reason), () -> {}, () -> {});
        });
  }
}
