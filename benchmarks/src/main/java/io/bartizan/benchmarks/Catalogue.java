package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Every row of docs/scorecard.md, in its order. */
final class Catalogue {
  private Catalogue() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.addAll(LocalRows.rows());
    rows.addAll(RedisRows.rows());
    rows.addAll(AdaptiveRows.rows());
    rows.addAll(IntegrityRows.rows());
    rows.addAll(MtlsRows.rows());
    return rows;
  }
}
