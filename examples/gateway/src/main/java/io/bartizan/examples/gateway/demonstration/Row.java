package io.bartizan.examples.gateway.demonstration;

/** One request of the demonstration: what was sent, what should come back, what came back. */
public record Row(String request, String expected, String got) {

  public boolean agrees() {
    return expected.equals(got);
  }

  public static String table(Iterable<Row> rows) {
    StringBuilder out = new StringBuilder();
    out.append(String.format("%-46s %-38s %-38s%n", "request", "expected", "got"));
    out.append(
        String.format("%-46s %-38s %-38s%n", "-".repeat(46), "-".repeat(38), "-".repeat(38)));
    for (Row row : rows) {
      out.append(
          String.format(
              "%-46s %-38s %-38s %s%n",
              row.request, row.expected, row.got, row.agrees() ? "ok" : "DIFFERS"));
    }
    return out.toString();
  }
}
