package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Span;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** One mirror asked once, with at most one restart from zero. */
final class DownloadAttempt {

  private final DownloadSettings settings;
  private final String name;
  private final Expected expected;
  private final PartFile part;
  private final long start;
  private DigestPass pass;

  /** What the listener was told of this attempt and still counts. */
  private long told;

  DownloadAttempt(DownloadSettings settings, String name, Expected expected, PartFile part) {
    this.settings = settings;
    this.name = name;
    this.expected = expected;
    this.part = part;
    this.start = settings.ticker().nanos();
    this.pass = new DigestPass(expected);
  }

  /** Leaves the verified content in the part file, or throws why not. */
  void fetch(URI mirror) throws IOException, InterruptedException, DownloadExchange.Failed {
    boolean done = false;
    try {
      fetchFrom(mirror);
      done = true;
    } finally {
      if (!done) {
        takeBack(); // the next attempt tells what it begins with
      }
    }
  }

  private void fetchFrom(URI mirror)
      throws IOException, InterruptedException, DownloadExchange.Failed {
    String tag = part.tag();
    long have = tag.isEmpty() ? 0 : rehash();
    if (have > 0 && pass.isAtExpectedSize() && isComplete()) {
      return;
    }
    if (have > 0 && have < expected.maxSize()) {
      Outcome outcome = exchange(mirror, have, tag);
      if (outcome == Outcome.DONE) {
        return;
      }
    }
    pass = new DigestPass(expected);
    if (exchange(mirror, 0, "") == Outcome.RESTART) {
      throw refused(
          ArtifactReason.STATUS_UNEXPECTED, "part of the content, which was not asked for");
    }
  }

  private enum Outcome {
    DONE,
    RESTART
  }

  /** Everything may be here already, if a crash came between the last byte and the renaming. */
  private boolean isComplete() throws IOException {
    try {
      pass.finish("");
      return true;
    } catch (VerificationException e) {
      forget();
      return false;
    }
  }

  private long rehash() throws IOException {
    byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
    part.channel().position(0);
    if (part.channel().size() > expected.maxSize()) {
      part.restart("");
      return 0;
    }
    for (int n = read(buffer); n >= 0; n = read(buffer)) {
      FileContent.stopIfInterrupted();
      pass.update(buffer, 0, n);
    }
    tell(pass.count());
    return pass.count();
  }

  private int read(byte[] buffer) throws IOException {
    return part.channel().read(ByteBuffer.wrap(buffer));
  }

  private Outcome exchange(URI mirror, long from, String tag)
      throws IOException, InterruptedException, DownloadExchange.Failed {
    try (DownloadExchange answer = DownloadExchange.ask(settings, mirror, from, tag)) {
      int status = answer.status();
      if (from > 0
          && (status == 416 || (status == 206 && !answer.continues(expected, from, tag)))) {
        forget();
        return Outcome.RESTART;
      }
      if (status == 206 && from == 0) {
        return Outcome.RESTART;
      }
      if (status != 200 && status != 206) {
        throw answer.unexpected(settings.retry());
      }
      long start = status == 206 ? from : 0;
      answer.requireSize(expected, start);
      if (start == 0) {
        takeBack();
        pass = new DigestPass(expected);
        part.restart(answer.tag());
      }
      try {
        receive(answer);
        return finish(start);
      } catch (VerificationException e) {
        boolean mismatch =
            e.reason() == ArtifactReason.DIGEST_MISMATCH
                || e.reason() == ArtifactReason.SIZE_MISMATCH
                || e.reason() == ArtifactReason.TOO_LARGE;
        throw mismatch ? answer.explained(e) : e;
      }
    }
  }

  private void forget() throws IOException {
    takeBack();
    part.restart("");
  }

  private void tell(long bytes) {
    told += bytes;
    settings.listener().advanced(name, bytes);
  }

  private void takeBack() {
    if (told > 0) {
      tell(-told);
    }
  }

  private Outcome finish(long start) throws IOException {
    try {
      pass.finish("");
      return Outcome.DONE;
    } catch (VerificationException e) {
      part.discard();
      forget();
      if (start > 0) {
        return Outcome.RESTART; // the prefix may be what was wrong
      }
      throw e;
    }
  }

  private void receive(DownloadExchange answer) throws IOException, InterruptedException {
    byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
    long announced = answer.announced();
    long total = expected.size().orElse(announced < 0 ? -1 : pass.count() + announced);
    part.keep();
    while (true) {
      List<ByteBuffer> pieces;
      try {
        pieces = answer.body().next(patience());
      } catch (IOException e) {
        throw closed(total);
      }
      if (pieces.isEmpty()) {
        break;
      }
      for (ByteBuffer piece : pieces) {
        while (piece.hasRemaining()) {
          int n = Math.min(piece.remaining(), pass.atMost(buffer.length));
          piece.get(buffer, 0, n);
          pass.update(buffer, 0, n);
          part.write(buffer, n);
          tell(n);
        }
      }
    }
    if (pass.count() < total) {
      throw closed(total);
    }
  }

  /** How long to wait for the next bytes; refuses where the attempt has lasted too long. */
  private Duration patience() {
    Duration left = settings.attemptTimeout().minusNanos(settings.ticker().nanos() - start);
    if (left.isNegative() || left.isZero()) {
      throw refused(
          ArtifactReason.STALLED,
          pass.count()
              + " bytes came in "
              + Span.exact(settings.attemptTimeout())
              + ", and not the end");
    }
    return left.compareTo(settings.stallTimeout()) < 0 ? left : settings.stallTimeout();
  }

  private VerificationException closed(long total) {
    return refused(
        ArtifactReason.CONNECTION_CLOSED,
        "connection closed at "
            + pass.count()
            + " of "
            + (total < 0 ? "an unknown number" : total));
  }

  private static VerificationException refused(ArtifactReason reason, String detail) {
    return new VerificationException(reason, detail);
  }
}
