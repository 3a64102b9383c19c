package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.VerificationException;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** TK-11: the places of issuers that were met at run time. */
class TenantsTest {

  private static final String SET = "{\"keys\":[" + EcJwk.of(Keys.publicKey(ES256), "k") + "]}";

  private final ManualTicker ticker = new ManualTicker();
  private final AtomicInteger asked = new AtomicInteger();
  private final Tenants tenants =
      new Tenants(new Tenants.Limits(2, 16, Duration.ofDays(1)), ticker, this::keys);

  private RemoteJwks keys(String name) {
    if (name.startsWith("odd")) {
      throw new IllegalArgumentException("no address");
    }
    return RemoteJwks.builder(
            name,
            () -> {
              asked.incrementAndGet();
              return name.startsWith("real")
                  ? CompletableFuture.completedFuture(SET)
                  : CompletableFuture.failedFuture(new IllegalStateException("404"));
            })
        .withTicker(ticker)
        .build();
  }

  private void refuses(String name) {
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> tenants.find(name))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(JwtReason.KEYS_UNAVAILABLE));
  }

  @Test
  void issuersOfWhomNoTokenVerified_haveBoundedPlacesOfTheirOwn() {
    Tenants.Tenant works = tenants.find("real-one");
    tenants.verified(works);
    for (int i = 0; i < 2 * Tenants.MAX_FRESH; i++) {
      ticker.advance(Duration.ofMillis(1));
      assertThat(tenants.find("real" + i).keys.snapshot()).isNotSameAs(KeySnapshot.NONE);
    }
    assertThat(tenants.counts()).containsExactly(Tenants.MAX_FRESH + 1, 1);
    assertThat(tenants.find("real-one")).isSameAs(works);
    assertThat(works.isHeld()).isTrue();
  }

  /** Somebody verifies with its keys while it is pushed out. */
  @Test
  void issuerThatWasPushedOut_comesInAgainWithATokenThatVerifies() {
    Tenants.Tenant first = tenants.find("real-first");
    for (int i = 0; i < Tenants.MAX_FRESH; i++) {
      ticker.advance(Duration.ofMillis(1));
      assertThat(tenants.find("real" + i)).isNotNull();
    }
    assertThat(first.isHeld()).isFalse();
    assertThat(first.keys.snapshot()).isNotSameAs(KeySnapshot.NONE);
    tenants.verified(first);
    assertThat(first.isHeld()).isTrue();
    assertThat(tenants.find("real-first")).isSameAs(first);
    assertThat(tenants.counts()[1]).isEqualTo(1);
  }

  @Test
  void namesThatFailed_areBoundedAndCostSixteenQuestionsASecond() {
    for (int i = 0; i < 100; i++) {
      try {
        assertThat(tenants.find("x" + i)).isNotNull();
      } catch (VerificationException e) {
        assertThat(e.reason()).isEqualTo(JwtReason.KEYS_UNAVAILABLE);
      }
    }
    assertThat(asked.get()).isEqualTo(16);
    for (int second = 0; asked.get() < Tenants.MAX_FAILED + 100; second++) {
      ticker.advance(Duration.ofSeconds(1));
      for (int i = 0; i < 16; i++) {
        try {
          assertThat(tenants.find("y" + second + "-" + i)).isNotNull();
        } catch (VerificationException e) {
          assertThat(e.reason()).isEqualTo(JwtReason.KEYS_UNAVAILABLE);
        }
      }
      assertThat(asked.get()).isLessThanOrEqualTo(16 * (second + 2));
    }
    assertThat(tenants.failures()).contains(Tenants.MAX_FAILED + " failed").contains("404");
    assertThat(tenants.failures()).hasSizeLessThan(300);
    ticker.advance(Duration.ofDays(2));
    assertThat(tenants.failures()).isEmpty();
  }

  /** A thousand invented names between two tries of the one tenant that comes again. */
  @Test
  void newIssuer_getsInAtItsThirdTryAmongInventedOnes() {
    int invented = 0;
    int tries = 0;
    for (boolean in = false; !in; tries++) {
      assertThat(tries).isLessThan(3);
      ticker.advance(Duration.ofSeconds(1));
      for (int i = 0; i < TenantQueue.MAX_NAMES / 4; i++) {
        assertThat(invent("x" + invented++)).isFalse();
      }
      in = invent("real-new");
    }
    assertThat(asked.get()).isLessThanOrEqualTo(16 * tries + 1);
  }

  private boolean invent(String name) {
    try {
      return tenants.find(name).keys.snapshot() != KeySnapshot.NONE;
    } catch (VerificationException e) {
      assertThat(e.reason()).isEqualTo(JwtReason.KEYS_UNAVAILABLE);
      return false;
    }
  }

  @Test
  void nameThatIsNoAddress_isAFailureAndNoError() {
    refuses("odd");
    assertThat(tenants.failures()).contains("no address");
    assertThatExceptionOfType(VerificationException.class).isThrownBy(() -> tenants.insist("odd"));
    assertThat(asked.get()).isZero();
  }

  @Test
  void closed_knowsNobody() {
    Tenants.Tenant one = tenants.find("real");
    tenants.verified(one);
    tenants.close();
    assertThat(one.keys.snapshot()).isSameAs(KeySnapshot.NONE);
    refuses("real");
    tenants.verified(one);
    assertThat(tenants.counts()).containsExactly(0, 0);
  }
}
