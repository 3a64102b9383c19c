package io.bartizan.integrity.attest.oci;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.http.BodyQueue;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** One answer, of which the body is read within a time; closing gives up what is left of it. */
final class RegistryAnswer implements AutoCloseable {

  private final HttpResponse<BodyQueue> response;
  private final URI at;
  private final boolean own;
  private final Duration patience;
  private final long deadline;

  /**
   * An answer.
   *
   * @param own whether it comes from the origin that was asked, all redirects included
   */
  RegistryAnswer(
      HttpResponse<BodyQueue> response, URI at, boolean own, Duration patience, long deadline) {
    this.response = response;
    this.at = at;
    this.own = own;
    this.patience = patience;
    this.deadline = deadline;
  }

  int status() {
    return response.statusCode();
  }

  /** Which address answered. */
  URI at() {
    return at;
  }

  boolean isOwn() {
    return own;
  }

  String field(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  List<String> fields(String name) {
    return response.headers().allValues(name);
  }

  /** The media type without parameters, in lower case. */
  String mediaType() {
    String type = field("content-type");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }

  /** How the body is said to be encoded, though that was not asked for; empty if it is not. */
  String encoding() {
    return fields("content-encoding").stream()
        .filter(encoding -> !encoding.equalsIgnoreCase("identity"))
        .collect(Collectors.joining(", "));
  }

  /** The body as it comes; nothing is ever decoded. */
  InputStream body() {
    return new Body();
  }

  /** The whole body, refused if it is larger. */
  byte[] bytes(int maxBytes, OciReason tooLarge, String what) throws IOException {
    try (InputStream in = body()) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new VerificationException(tooLarge, what + " has more than " + maxBytes + " bytes");
      }
      return bytes;
    }
  }

  @Override
  public void close() {
    response.body().close();
  }

  /** Waits for pieces no longer than a server may be silent, and not past the deadline. */
  private final class Body extends InputStream {
    private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, buffer.length);
      if (length == 0) {
        return 0;
      }
      while (pieces.isEmpty() || !pieces.element().hasRemaining()) {
        if (ended) {
          return -1;
        }
        boolean unused = pieces.poll() != null;
        if (pieces.isEmpty()) {
          await();
        }
      }
      ByteBuffer piece = pieces.element();
      int n = Math.min(length, piece.remaining());
      piece.get(buffer, offset, n);
      return n;
    }

    private void await() throws IOException {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new VerificationException(
            OciReason.REGISTRY_UNAVAILABLE, "the answer did not end in time");
      }
      try {
        List<ByteBuffer> next =
            response.body().next(left < patience.toNanos() ? Duration.ofNanos(left) : patience);
        ended = next.isEmpty();
        pieces.addAll(next);
      } catch (IOException e) {
        throw RegistryClient.broken(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while reading from a registry");
      }
    }

    @Override
    public void close() {
      RegistryAnswer.this.close();
    }
  }
}
