package io.bartizan.benchmarks.backtest;

import java.util.List;

/** Which field of a line names the caller. */
record CallerKey(Kind kind, String field) {

  /** What was asked for. */
  enum Kind {
    ADDRESS,
    USER,
    FIELD
  }

  private static final List<String> ADDRESS_NAMES =
      List.of("remote_addr", "remote_address", "client_ip", "clientip", "address", "ip");
  private static final List<String> USER_NAMES = List.of("remote_user", "user");

  static CallerKey parse(String text) {
    if (text.equals("address")) {
      return new CallerKey(Kind.ADDRESS, "");
    }
    if (text.equals("user")) {
      return new CallerKey(Kind.USER, "");
    }
    if (text.startsWith("field:") && text.length() > 6) {
      return new CallerKey(Kind.FIELD, text.substring(6));
    }
    throw new IllegalArgumentException("address, user and field:NAME are accepted");
  }

  /** The names under which JSON and CSV may have it. */
  List<String> names() {
    return switch (kind) {
      case ADDRESS -> ADDRESS_NAMES;
      case USER -> USER_NAMES;
      case FIELD -> List.of(field);
    };
  }

  @Override
  public String toString() {
    return kind == Kind.FIELD ? "field:" + field : kind == Kind.USER ? "user" : "address";
  }
}
