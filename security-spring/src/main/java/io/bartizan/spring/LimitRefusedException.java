package io.bartizan.spring;

/** A method was not run, and this is what the request is answered if nobody catches it. */
final class LimitRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient KeptAnswer answer;

  LimitRefusedException(String limit, KeptAnswer answer) {
    super("the limit " + limit + " refuses the call", null, false, false);
    this.answer = answer;
  }

  KeptAnswer answer() {
    return answer;
  }
}
