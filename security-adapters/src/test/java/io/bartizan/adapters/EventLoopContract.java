package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.mac.WebhookVerifier;
import java.util.ArrayList;
import java.util.List;
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
}
