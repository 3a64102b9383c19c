package io.bartizan.adapters.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpContent;
import java.io.ByteArrayOutputStream;

/** The bytes of a body, up to one more than is allowed, which shows that there are more. */
final class Collected {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final int most;

  Collected(int most) {
    this.most = most;
  }

  /** Copies what there is room for. */
  void add(HttpContent part) {
    ByteBuf content = part.content();
    int length = Math.min(content.readableBytes(), most + 1 - bytes.size());
    bytes.writeBytes(ByteBufUtil.getBytes(content, content.readerIndex(), length));
  }

  boolean isTooLong() {
    return bytes.size() > most;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
