package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Where the connections of a client lead, which only its listeners are told. */
final class Addresses implements RedisConnectionStateListener {

  private final Map<Object, SocketAddress> known = Collections.synchronizedMap(new WeakHashMap<>());

  @Override
  public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
    known.put(connection, address);
  }

  /** Host and port, or this word while there are none. */
  String of(@Nullable Object connection, String unknown) {
    SocketAddress address = connection == null ? null : known.get(connection);
    if (address instanceof InetSocketAddress inet) {
      return inet.getHostString() + ":" + inet.getPort();
    }
    return address == null ? unknown : address.toString();
  }
}
