/** JMH and load runs, each peer in the same run, and the scorecard that judges them. */
@NullMarked
package io.bartizan.benchmarks;

import org.jspecify.annotations.NullMarked;
