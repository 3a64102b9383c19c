package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What the filters of a framework with event loops promise besides.
 *
 * @param <F> a filter of the framework
 */
public abstract class EventLoopContract<F> extends FilterContract<F> {

  /** Whether this thread must not wait. */
  protected abstract boolean isOnEventLoop();

  @Test
  void webhook_guards_areAskedOnNoEventLoop() throws Exception {
    List<Boolean> loops = new ArrayList<>();
    WebhookVerifier verifier =
        Issued.webhooksHeard(
            new IntegrityListener() {
              @Override
              public void accepted(Kind kind, String name) {
                loops.add(isOnEventLoop());
              }
            });
    serve(webhook(verifier, 1000));
    RawHttp.post(port, "/body", "{}", Issued.signature("{}"));
    assertThat(loops).containsExactly(false);
  }

  @Test
  void webhook_whoseSenderHangsUpWhileItIsVerified_isAcceptedAgain() throws Exception {
    CountDownLatch judged = new CountDownLatch(1);
    CountDownLatch hungUp = new CountDownLatch(1);
    WebhookVerifier verifier =
        Issued.webhooksHeard(
            new IntegrityListener() {
              @Override
              public void accepted(Kind kind, String name) {
                judged.countDown();
                // Reactor interrupts what it no longer needs; a client of Redis may not heed it
                Eventually.awaitUninterruptibly(hungUp);
              }
            });
    serve(webhook(verifier, 1000));
    failing = true; // should the first one be handled all the same, it is not handled for good
    String signature = Issued.signature("{}");
    RawHttp.hangUpWhen(port, "/body", "{}", judged, signature, "Content-Length: 2");
    TimeUnit.MILLISECONDS.sleep(300);
    hungUp.countDown();
    Eventually.within(
        Duration.ofSeconds(20),
        () -> assertThat(RawHttp.post(port, "/body", "{}", signature).status()).isEqualTo(500));
  }
}
