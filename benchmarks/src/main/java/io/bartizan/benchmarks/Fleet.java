package io.bartizan.benchmarks;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Several processes that stand side by side; checks go to them by turns. */
final class Fleet implements LoadSubject.Asked {
  private final List<LoadSubject.Asked> processes;
  private final AtomicInteger turn = new AtomicInteger();

  Fleet(List<LoadSubject.Asked> processes) {
    this.processes = List.copyOf(processes);
  }

  @Override
  public CompletionStage<Boolean> check(int key) {
    return processes.get(Math.floorMod(turn.getAndIncrement(), processes.size())).check(key);
  }

  @Override
  public void close() {
    processes.forEach(LoadSubject.Asked::close);
  }
}
