package io.bartizan.adapters.grpc;

import io.bartizan.adapters.answer.Answer;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Ends a call with an answer: its status, and the answer's fields as trailers.
 *
 * <p>When to try again is said three times, each for its readers: {@code retry-after} in seconds,
 * {@code google.rpc.RetryInfo} in {@code grpc-status-details-bin}, and {@code
 * grpc-retry-pushback-ms} (gRFC A6), which gRPC clients with a retry policy obey; for them a long
 * wait is spelt -1, don't retry, since they would hold the call that long.
 */
final class Closing {

  private static final int LONGEST_PUSHBACK_SECONDS = 10;
  private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
  private static final Metadata.Key<String> PUSHBACK = key("grpc-retry-pushback-ms");
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private Closing() {}

  /** Closes the call; nothing of it was handed on. */
  static <Q, A> ServerCall.Listener<Q> close(ServerCall<Q, A> call, Answer answer) {
    Status status = code(answer.status()).toStatus().withDescription(answer.sentence());
    Metadata trailers = new Metadata();
    answer.fields(
        (name, value) -> {
          trailers.put(key(name.toLowerCase(Locale.ROOT)), value);
          if (name.equals("Retry-After")) {
            long seconds = Long.parseLong(value);
            boolean isShort = seconds <= LONGEST_PUSHBACK_SECONDS;
            trailers.put(PUSHBACK, isShort ? Long.toString(seconds * 1000) : "-1");
            trailers.put(DETAILS, details(status, seconds));
          }
        });
    call.close(status, trailers);
    return new ServerCall.Listener<>() {};
  }

  private static Status.Code code(int status) {
    return switch (status) {
      case 401 -> Status.Code.UNAUTHENTICATED;
      case 403 -> Status.Code.PERMISSION_DENIED;
      case 429 -> Status.Code.RESOURCE_EXHAUSTED;
      case 503 -> Status.Code.UNAVAILABLE;
      default -> Status.Code.INTERNAL;
    };
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** A {@code google.rpc.Status} with one {@code RetryInfo}, in protobuf's wire format. */
  private static byte[] details(Status status, long seconds) {
    Message duration = new Message().number(1, seconds);
    Message retryInfo = new Message().bytes(1, duration.bytes());
    Message any =
        new Message()
            .bytes(1, RETRY_INFO.getBytes(StandardCharsets.UTF_8))
            .bytes(2, retryInfo.bytes());
    String sentence = status.getDescription() == null ? "" : status.getDescription();
    return new Message()
        .number(1, status.getCode().value())
        .bytes(2, sentence.getBytes(StandardCharsets.UTF_8))
        .bytes(3, any.bytes())
        .bytes();
  }

  /** Fields of a protobuf message, numbered up to 15. */
  private static final class Message {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      out.write(field << 3);
      return varint(value);
    }

    Message bytes(int field, byte[] value) {
      out.write((field << 3) | 2);
      Message same = varint(value.length);
      out.writeBytes(value);
      return same;
    }

    private Message varint(long value) {
      long rest = value;
      while (rest > 0x7f) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
