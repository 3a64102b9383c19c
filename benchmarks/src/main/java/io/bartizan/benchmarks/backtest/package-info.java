/** Replays access logs through rate limiters, to choose limits by what they would have done. */
@NullMarked
package io.bartizan.benchmarks.backtest;

import org.jspecify.annotations.NullMarked;
