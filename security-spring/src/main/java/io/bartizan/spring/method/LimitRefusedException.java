package io.bartizan.spring.method;

/** A method was not run; the request gets the limit's answer if nobody catches this. */
public final class LimitRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient MethodRefusal answer;

  /**
   * A refusal of a call.
   *
   * @param limit its name
   * @param answer to the request
   */
  public LimitRefusedException(String limit, MethodRefusal answer) {
    super("the limit " + limit + " refuses the call", null, false, false);
    this.answer = answer;
  }

  /**
   * The answer to the request.
   *
   * @return as the limit's own filter gives it
   */
  public MethodRefusal answer() {
    return answer;
  }
}
