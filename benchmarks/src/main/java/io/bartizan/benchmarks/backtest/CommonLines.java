package io.bartizan.benchmarks.backtest;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The common log format and the combined one, which appends referer and agent:
 *
 * <pre>{@code 198.18.0.1 - joe [17/May/2015:10:05:03 +0000] "GET /a?b HTTP/1.1" 200 203 "-" "curl"}
 * </pre>
 *
 * <p>Apache's {@code vhost_combined} has the virtual host and its port before the address, which is
 * passed over.
 *
 * <p>Servers write a quote inside a quoted field as {@code \"} or {@code \x22}, so the first bare
 * one ends it; a user name may hold spaces.
 */
final class CommonLines implements LineFormat {
  private static final List<String> FIELDS =
      List.of(
          "address", "ident", "user", "request", "status", "size", "referer", "agent", "method",
          "path");
  private static final int REQUEST = 3;
  private static final int REFERER = 6;
  private static final int METHOD = 8;
  private static final int PATH = 9;

  private final LogTime times = new LogTime();
  private final int wanted;
  private byte[] knownDate = new byte[0];
  private long knownMicros = LogTime.NONE;
  private final int[] starts = new int[FIELDS.size()];
  private final int[] ends = new int[FIELDS.size()];

  CommonLines(CallerKey key) {
    String name =
        switch (key.kind()) {
          case ADDRESS -> "address";
          case USER -> "user";
          case FIELD -> key.field();
        };
    wanted = FIELDS.indexOf(name);
    if (wanted < 0) {
      throw new IllegalArgumentException(
          "the common log format has no such field; its fields are " + String.join(", ", FIELDS));
    }
  }

  @Override
  public String name() {
    return "common";
  }

  @Override
  public @Nullable Fault read(byte[] bytes, int from, int to, Entry into) {
    int start = from;
    int address = indexOf(bytes, start, to, ' ');
    int ident = address < 0 ? -1 : indexOf(bytes, address + 1, to, ' ');
    if (ident > 0 && isVirtualHost(bytes, start, address) && isAddress(bytes, address + 1, ident)) {
      start = address + 1;
      address = ident;
      ident = indexOf(bytes, address + 1, to, ' ');
    }
    if (ident < 0 || address == start) {
      return Fault.GARBLED;
    }
    field(0, start, address);
    field(1, address + 1, ident);
    int date = date(bytes, ident + 1, to);
    if (date < 0) {
      return Fault.GARBLED;
    }
    field(2, ident + 1, date - 2);
    int dateEnd = indexOf(bytes, date, to, ']');
    long micros = time(bytes, date, dateEnd);
    if (micros == LogTime.NONE) {
      return Fault.NO_TIME;
    }
    if (!rest(bytes, dateEnd + 3, to)) {
      return Fault.GARBLED;
    }
    into.micros = micros;
    return caller(bytes, into);
  }

  /** A name and a port; an IPv6 address stands in brackets then. */
  private static boolean isVirtualHost(byte[] bytes, int from, int to) {
    int colon = to - 1;
    while (colon > from && bytes[colon] != ':') {
      colon--;
    }
    boolean isPort = colon > from && to - colon <= 6 && isNumber(bytes, colon + 1, to);
    return isPort
        && (bytes[from] == '[' ? bytes[colon - 1] == ']' : indexOf(bytes, from, colon, ':') < 0);
  }

  /** An IP address, where other logs have the name of the caller's user, or a hyphen. */
  private static boolean isAddress(byte[] bytes, int from, int to) {
    boolean separated = false;
    for (int i = from; i < to; i++) {
      byte at = bytes[i];
      separated |= at == ':' || (at == '.' && i > from);
      if (at != '.' && at != ':' && Character.digit(at, 16) < 0) {
        return false;
      }
    }
    return separated;
  }

  /** Most lines have the time of the one before. */
  private long time(byte[] bytes, int from, int to) {
    if (Arrays.equals(bytes, from, to, knownDate, 0, knownDate.length)) {
      return knownMicros;
    }
    long micros = times.of(bytes, from, to);
    if (micros != LogTime.NONE) {
      knownDate = Arrays.copyOfRange(bytes, from, to);
      knownMicros = micros;
    }
    return micros;
  }

  /** Where the date begins that is followed by a quoted request. */
  private static int date(byte[] bytes, int from, int to) {
    for (int at = from; (at = indexOf(bytes, at, to, '[')) > 0; at++) {
      int end = indexOf(bytes, at, Math.min(to, at + 42), ']');
      if (at > from
          && bytes[at - 1] == ' '
          && end > 0
          && end + 2 < to
          && bytes[end + 1] == ' '
          && bytes[end + 2] == '"') {
        return at + 1;
      }
    }
    return -1;
  }

  /** Request, status, size and what the combined format adds. */
  private boolean rest(byte[] bytes, int from, int to) {
    int request = quoteEnd(bytes, from, to);
    if (request < 0 || to - request < 7 || bytes[request + 1] != ' ') {
      return false;
    }
    field(REQUEST, from, request);
    int status = request + 2;
    int size = status + 4;
    int sizeEnd = indexOf(bytes, size, to, ' ');
    sizeEnd = sizeEnd < 0 ? to : sizeEnd;
    if (!isNumber(bytes, status, status + 3)
        || bytes[status + 3] != ' '
        || !(isNumber(bytes, size, sizeEnd) || (sizeEnd == size + 1 && bytes[size] == '-'))) {
      return false;
    }
    field(4, status, status + 3);
    field(5, size, sizeEnd);
    int at = sizeEnd;
    for (int name = REFERER; name < METHOD; name++) {
      field(name, 0, 0);
      if (at + 2 < to && bytes[at + 1] == '"') {
        int end = quoteEnd(bytes, at + 2, to);
        if (end < 0) {
          return false;
        }
        field(name, at + 2, end);
        at = end + 1;
      }
    }
    if (wanted >= METHOD) {
      target(bytes);
    }
    return at == to || bytes[at] == ' ';
  }

  /** Method, and path without query. */
  private void target(byte[] bytes) {
    int end = ends[REQUEST];
    int method = indexOf(bytes, starts[REQUEST], end, ' ');
    field(METHOD, starts[REQUEST], method < 0 ? starts[REQUEST] : method);
    int at = method < 0 ? end : method + 1;
    int path = at;
    while (at < end && bytes[at] != ' ' && bytes[at] != '?') {
      at++;
    }
    field(PATH, path, at);
  }

  private @Nullable Fault caller(byte[] bytes, Entry into) {
    int from = starts[wanted];
    int to = ends[wanted];
    if (to <= from || (to == from + 1 && bytes[from] == '-')) {
      return Fault.NO_CALLER;
    }
    for (int i = from; i < to; i++) {
      if ((bytes[i] >= 0 && bytes[i] < ' ') || bytes[i] == 0x7f) {
        return Fault.GARBLED;
      }
    }
    into.caller(bytes, from, to);
    return null;
  }

  private void field(int index, int from, int to) {
    starts[index] = from;
    ends[index] = to;
  }

  /** Where the quote is that no backslash stands before, of which two are none. */
  private static int quoteEnd(byte[] bytes, int from, int to) {
    for (int at = from; (at = ByteSearch.find(bytes, at, to, '"')) < to; at++) {
      int before = at;
      while (before > from && bytes[before - 1] == '\\') {
        before--;
      }
      if ((at - before) % 2 == 0) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isNumber(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return to > from && to - from <= 19;
  }

  private static int indexOf(byte[] bytes, int from, int to, char wanted) {
    int at = ByteSearch.find(bytes, from, to, wanted);
    return at < to ? at : -1;
  }
}
