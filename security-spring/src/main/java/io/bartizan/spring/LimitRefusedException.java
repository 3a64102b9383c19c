package io.bartizan.spring;

/** A method was not run, and this is what the request is answered if nobody catches it. */
final class LimitRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient MethodRefusal answer;

  LimitRefusedException(String limit, MethodRefusal answer) {
    super("the limit " + limit + " refuses the call", null, false, false);
    this.answer = answer;
  }

  MethodRefusal answer() {
    return answer;
  }
}
