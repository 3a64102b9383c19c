package io.bartizan.spiffe;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one stream to the agent open: asks, hands over each response, and asks again after a pause
 * once the stream ended, unless the standard says not to. Everything runs on the channel's worker.
 */
final class AgentStream {

  /** Proves to the agent that this is no forged request of a browser or proxy. */
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);

  private static final byte[] EMPTY_REQUEST = {};

  private final AgentChannel agent;
  private final MethodDescriptor<byte[], byte[]> method;
  private final Backoff backoff;
  private final Sink sink;

  /** Who gets what comes. */
  interface Sink {
    /** A response; whether it was good and every context took it. */
    boolean received(byte[] message);

    /** The stream ended; {@code last} if it is not tried again. */
    void ended(Refusal why, boolean last);
  }

  AgentStream(AgentChannel agent, String call, Backoff backoff, Sink sink) {
    this.agent = agent;
    this.backoff = backoff;
    this.sink = sink;
    method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .setFullMethodName(MethodDescriptor.generateFullMethodName("SpiffeWorkloadAPI", call))
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
  }

  void open() {
    if (agent.isClosed()) {
      return;
    }
    try {
      call();
    } catch (RuntimeException | Error e) { // such as no thread to be had: it is asked again
      sink.ended(
          Refusal.of(
              WorkloadReason.AGENT_UNREACHABLE,
              "the agent can't be called: " + SafeText.of(String.valueOf(e.getMessage()))),
          false);
      later(this::open, backoff);
    }
  }

  private void call() {
    agent.channel().resetConnectBackoff(); // the pauses are this class's
    Metadata headers = new Metadata();
    headers.put(HEADER, "true");
    ClientCall<byte[], byte[]> call = agent.channel().newCall(method, CallOptions.DEFAULT);
    call.start(new Responses(call), headers);
    call.request(1);
    call.sendMessage(EMPTY_REQUEST);
    call.halfClose();
  }

  private void later(Runnable work, Backoff pauses) {
    try {
      var unused = agent.worker().schedule(work, pauses.next().toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // Closed in this moment: nothing is done any more.
    }
  }

  /** The standard says not to try this one again: the request itself is wrong. */
  private static boolean isLast(Status status) {
    return status.getCode() == Status.Code.INVALID_ARGUMENT;
  }

  private static Refusal refusal(Status status) {
    String said = status.getDescription();
    Throwable cause = status.getCause();
    String detail =
        "the agent's stream ended with "
            + status.getCode()
            + (said == null ? "" : ": " + SafeText.of(said))
            + (cause == null || cause.getMessage() == null
                ? ""
                : " (" + SafeText.of(cause.getMessage()) + ")");
    return Refusal.of(reason(status.getCode(), said), detail);
  }

  private static WorkloadReason reason(Status.Code code, @Nullable String said) {
    return switch (code) {
      case PERMISSION_DENIED -> WorkloadReason.PERMISSION_DENIED;
      case INVALID_ARGUMENT, UNIMPLEMENTED -> WorkloadReason.REQUEST_REFUSED;
      case RESOURCE_EXHAUSTED ->
          said != null && said.contains("maximum size")
              ? WorkloadReason.RESPONSE_TOO_LARGE
              : WorkloadReason.AGENT_UNREACHABLE;
      default -> WorkloadReason.AGENT_UNREACHABLE;
    };
  }

  /** One call's responses, taken one at a time. */
  private final class Responses extends ClientCall.Listener<byte[]> {

    private final ClientCall<byte[], byte[]> call;
    private int newest;

    Responses(ClientCall<byte[], byte[]> call) {
      this.call = call;
    }

    @Override
    public void onMessage(byte[] message) {
      newest++;
      judge(message, newest, new Backoff(Backoff.LONGEST, () -> 0));
      if (!agent.isClosed()) {
        call.request(1);
      }
    }

    /**
     * The agent does not repeat what was refused, and what is not yet valid, since its clock is
     * ahead, will be: so it is judged again until something newer comes or the stream ends. So is
     * what a context could not use.
     */
    private void judge(byte[] message, int number, Backoff pauses) {
      if (number != newest || agent.isClosed()) {
        return;
      }
      if (sink.received(message)) {
        backoff.reset();
      } else {
        later(() -> judge(message, number, pauses), pauses);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      newest++;
      if (agent.isClosed()) {
        return;
      }
      boolean last = isLast(status);
      sink.ended(refusal(status), last);
      if (!last) {
        later(AgentStream.this::open, backoff);
      }
    }
  }

  /** Messages as they are; gRPC bounds their length. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw Status.UNAVAILABLE
            .withDescription("the response can't be read")
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
