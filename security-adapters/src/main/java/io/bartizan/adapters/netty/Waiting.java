package io.bartizan.adapters.netty;

import io.netty.channel.ChannelConfig;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The messages of a channel that wait for their turn. While there are some, it is not read. */
final class Waiting {

  static final int MOST = 1024;

  private final Deque<Object> messages = new ArrayDeque<>();
  private boolean pausing;

  /** False if there are too many already. */
  boolean add(Object message) {
    return messages.size() < MOST && messages.add(message);
  }

  @Nullable Object first() {
    return messages.peek();
  }

  Object remove() {
    return messages.remove();
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /** Switches auto-read off where something waits, and on again where it was on before. */
  void pause(ChannelConfig channel) {
    if (!messages.isEmpty() && !pausing && channel.isAutoRead()) {
      pausing = true;
      channel.setAutoRead(false);
    } else if (messages.isEmpty() && pausing) {
      pausing = false;
      channel.setAutoRead(true);
    }
  }

  void release() {
    messages.forEach(ReferenceCountUtil::release);
    messages.clear();
  }
}
