package io.bartizan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespRepliesTest {

  private static final String REPLY = "*2\r\n$3\r\nabc\r\n:7\r\n";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 11, 12, 17})
  void reply_in_pieces_of_any_size_is_read_whole(int piece) throws Exception {
    assertThat(read(REPLY, piece)).isEqualTo("abc\n7");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 6, 9, 11, 12, 14})
  void reply_that_ends_too_early_is_refused(int length) {
    assertThatThrownBy(() -> read(REPLY.substring(0, length), 17)).isInstanceOf(EOFException.class);
  }

  @Test
  void error_of_the_server_is_thrown_with_its_text() {
    assertThatThrownBy(() -> read("-ERR no\r\n", 9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Redis: ERR no");
  }

  /** A reply read as a socket gives it: a buffer is filled with one piece, then with the next. */
  private static String read(String reply, int piece) throws Exception {
    ByteArrayInputStream pieces =
        new ByteArrayInputStream(reply.getBytes(UTF_8)) {
          @Override
          public synchronized int read(byte[] bytes, int offset, int length) {
            return super.read(bytes, offset, Math.min(length, piece));
          }

          @Override
          public synchronized int available() {
            return 0;
          }
        };
    return new RespReplies(new BufferedInputStream(pieces)).next();
  }
}
