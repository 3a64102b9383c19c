package io.bartizan.adapters.netty;

import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.mtls.PeerIdentity;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** What the guards have found out about one request, and who of them has judged it. */
final class Verified {

  @Nullable Object told;
  @Nullable VerifiedJwt token;
  @Nullable Object judge;
  @Nullable PeerIdentity peer;
  @Nullable VerifiedWebhook webhook;
  @Nullable Object webhookJudge;

  /** Shows it to the handlers of the channel, in place of what belonged to the request before. */
  void show(Channel channel) {
    channel.attr(BearerTokenGuard.TOKEN).set(token);
    channel.attr(PeerIdentityGuard.PEER).set(peer);
    channel.attr(WebhookGuard.WEBHOOK).set(webhook);
  }
}
