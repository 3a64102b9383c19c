package io.bartizan.ratelimit.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Decodes an array of integers without a box around each. */
final class LongsOutput extends CommandOutput<byte[], byte[], long[]> {

  private final Runnable redirected;
  private int count;

  /** An output that tells when its error is taken back, for the command goes to another node. */
  LongsOutput(Runnable redirected) {
    super(ByteArrayCodec.INSTANCE, new long[0]);
    this.redirected = redirected;
  }

  @Override
  public void setError(@Nullable String error) {
    super.setError(error);
    if (error == null) {
      redirected.run();
    }
  }

  @Override
  public void multi(int size) {
    output = new long[Math.max(0, size)];
  }

  @Override
  public void set(long integer) {
    if (count < output.length) {
      output[count++] = integer;
    }
  }

  @Override
  public void set(@Nullable ByteBuffer bytes) {
    // The script gives integers alone; a status such as PONG is of no interest.
  }
}
