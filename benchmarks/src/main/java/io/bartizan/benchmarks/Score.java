package io.bartizan.benchmarks;

/**
 * What one round gave: the value in the unit of its {@link Measure}, the 99th percentile of one
 * operation in nanoseconds and the bytes it allocated, each of the last two NaN where not measured.
 */
record Score(double value, double p99Nanos, double allocatedBytes) {}
