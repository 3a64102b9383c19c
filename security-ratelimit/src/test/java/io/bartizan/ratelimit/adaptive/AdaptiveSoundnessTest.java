package io.bartizan.ratelimit.adaptive;

import static io.bartizan.ratelimit.adaptive.SimulatedCalls.bimodal;
import static io.bartizan.ratelimit.adaptive.SimulatedCalls.constant;
import static io.bartizan.ratelimit.adaptive.SimulatedCalls.exponential;
import static io.bartizan.ratelimit.adaptive.SimulatedCalls.logNormal;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.adaptive.SimulatedCalls.Work;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds whatever the services and the callers do, each with several seeds, in virtual time:
 * work that does not queue gets the concurrency that it wants, work that queues does not, and the
 * limit comes back from every history.
 */
class AdaptiveSoundnessTest {

  /** How many seeds; twenty in {@link AdaptiveSoundnessDeepTest}. */
  int seeds() {
    return 2;
  }

  private void seeds(LongConsumer test) {
    for (long seed = 1; seed <= seeds(); seed++) {
      long its = seed;
      try {
        test.accept(its);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + its + ": " + e.getMessage(), e);
      }
    }
  }

  /** Work that takes as long however much of it runs. */
  enum Unqueued {
    CONSTANT(constant(0.050)),
    EXPONENTIAL(exponential(0.050)),
    LOG_NORMAL(logNormal(0.030, 1)),
    ONE_IN_TEN_A_THOUSAND_TIMES_AS_LONG(bimodal(0.000_5, 0.5, 0.1)),
    HALF_A_THOUSAND_TIMES_AS_LONG(bimodal(0.000_1, 0.1, 0.5)),
    ONE_IN_A_THOUSAND_A_THOUSAND_TIMES_AS_LONG(bimodal(0.025, 25, 0.001));

    @SuppressWarnings("ImmutableEnumChecker") // a function of its argument
    private final Work work;

    Unqueued(Work work) {
      this.work = work;
    }
  }

  /** From 20 to 200 within half a minute, some 60 000 calls, and it stays there. */
  @ParameterizedTest
  @EnumSource
  void work_that_does_not_queue_gets_the_concurrency_that_it_wants(Unqueued kind) {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 400).callers(200);
          calls.work = kind.work;
          calls.run(30);
          assertThat(calls.limit()).isGreaterThanOrEqualTo(170);
          calls.run(30);
          assertThat(calls.meanHeld(30)).isGreaterThan(0.93 * 200);
        });
  }

  @Test
  void work_that_queues_gets_what_the_servers_do_and_a_short_queue() {
    for (Work work : List.of(constant(0.02), exponential(0.02), bimodal(0.01, 0.1, 0.1))) {
      for (int servers : new int[] {1, 2, 5, 20, 100}) {
        for (long seed = 1; seed <= (seeds() + 3) / 4; seed++) {
          SimulatedCalls calls = new SimulatedCalls(seed, 1000).callers(1000);
          calls.work = work;
          calls.servers = servers;
          calls.run(20);
          calls.run(30);
          String which = servers + " servers, seed " + seed;
          double most = 1.5 * servers + 6;
          assertThat(calls.meanLimit(30)).as(which).isBetween(0.9 * servers, most);
          assertThat(calls.unqueuedSeconds()).as(which).isPositive();
        }
      }
    }
  }

  /** What may have been before: two minutes of it. */
  enum History {
    ANSWERS_AFTER_TEN_SECONDS {
      @Override
      void on(SimulatedCalls calls) {
        calls.work = constant(10);
        calls.run(120);
      }
    },
    ALL_DROPPED {
      @Override
      void on(SimulatedCalls calls) {
        calls.ending = seconds -> Permit.Outcome.OVERLOADED;
        calls.run(120);
      }
    },
    ALL_DROPPED_AFTER_TEN_SECONDS {
      @Override
      void on(SimulatedCalls calls) {
        calls.work = constant(10);
        calls.ending = seconds -> Permit.Outcome.OVERLOADED;
        calls.run(120);
      }
    },
    ALL_FAILED_AT_ONCE_AS_IF_DONE {
      @Override
      void on(SimulatedCalls calls) {
        calls.work = constant(0.000_1);
        calls.callers(2).run(2);
      }
    },
    HALF_FAILED_AT_ONCE_AS_IF_DONE {
      @Override
      void on(SimulatedCalls calls) {
        calls.work = bimodal(0.000_01, 0.05, 0.5);
        calls.run(20);
      }
    },
    NOTHING_FOR_HOURS {
      @Override
      void on(SimulatedCalls calls) {
        calls.callers(0).run(5 * 3600);
      }
    },
    ONE_SERVER {
      @Override
      void on(SimulatedCalls calls) {
        calls.servers = 1;
        calls.run(120);
      }
    },
    A_CALL_A_MINUTE {
      @Override
      void on(SimulatedCalls calls) {
        calls.work = constant(20);
        calls.pause = 40;
        calls.callers(1).run(3600 * 5);
      }
    },
    A_CLOCK_THAT_LEAPS_AN_HOUR {
      @Override
      void on(SimulatedCalls calls) {
        for (int i = 0; i < 10; i++) {
          calls.jump(Duration.ofHours(1)).run(1.05);
        }
      }
    },
    ANYTHING {
      @Override
      void on(SimulatedCalls calls) {
        SplittableRandom random = new SplittableRandom(calls.seed());
        for (int i = 0; i < 20; i++) {
          double scale = Math.pow(10, -5 + 5 * random.nextDouble());
          calls.work = random.nextBoolean() ? exponential(scale) : constant(scale);
          calls.servers = random.nextBoolean() ? 1_000_000 : 1 + random.nextInt(50);
          double dropped = random.nextInt(3) == 0 ? random.nextDouble() : 0;
          calls.ending =
              seconds ->
                  random.nextDouble() < dropped ? Permit.Outcome.OVERLOADED : Permit.Outcome.DONE;
          calls.callers(random.nextInt(100)).run(20 * Math.min(0.1, scale) / 0.1);
        }
      }
    };

    abstract void on(SimulatedCalls calls);
  }

  /** Forty in flight within half a minute, however low the limit sank. */
  @ParameterizedTest
  @EnumSource
  void limit_comes_back_whatever_was_before(History history) {
    seeds(
        seed -> {
          for (Work good : List.of(constant(0.05), exponential(0.05))) {
            SimulatedCalls calls = new SimulatedCalls(seed, 200).callers(40).run(10);
            history.on(calls);
            calls.work = good;
            calls.servers = Integer.MAX_VALUE;
            calls.ending = seconds -> Permit.Outcome.DONE;
            calls.pause = 0;
            calls.callers(40).run(40);
            assertThat(calls.limit()).isGreaterThanOrEqualTo(34);
            assertThat(calls.run(20).meanHeld(20)).isGreaterThan(0.93 * 40);
          }
        });
  }

  /** Else the limit would be as low as the service was at its worst until a restart. */
  @Test
  void limit_falls_to_the_minimum_while_all_is_dropped_and_not_below() {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 200).callers(40).run(10);
          calls.ending = seconds -> Permit.Outcome.OVERLOADED;
          calls.run(30);
          assertThat(calls.limit()).isEqualTo(1);
        });
  }

  @Test
  void calls_that_need_more_permits_than_the_limit_come_back_too() {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 200);
          calls.permits = 5;
          calls.callers(8).run(10);
          calls.ending = seconds -> Permit.Outcome.OVERLOADED;
          calls.run(30);
          calls.ending = seconds -> Permit.Outcome.DONE;
          calls.run(30);
          assertThat(calls.run(20).meanHeld(20)).isGreaterThan(0.93 * 8);
        });
  }

  /** A call of a hundred permits is one call: windows are no longer for it. */
  @Test
  void calls_of_many_permits_get_the_servers_as_calls_of_one_do() {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 20_000).callers(100);
          calls.permits = 100;
          calls.work = exponential(0.02);
          calls.servers = 20;
          assertThat(calls.run(30).run(20).meanHeld(20)).isBetween(18.0, 33.0);
        });
  }

  /**
   * Work that takes a third of a percent longer each second for ten minutes, and does not queue.
   */
  @Test
  void work_that_gets_slower_bit_by_bit_keeps_its_concurrency() {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 400).callers(100).run(10);
          double held = 0;
          for (int i = 0; i < 300; i++) {
            calls.work = exponential(0.050 * Math.exp(i / 150.0));
            held += calls.run(1).meanHeld(1) / 300;
            assertThat(calls.lowest()).isGreaterThan(10);
          }
          assertThat(held).isGreaterThan(0.9 * 100);
          assertThat(calls.run(60).run(20).meanHeld(20)).isGreaterThan(0.93 * 100);
          assertThat(calls.unqueuedSeconds()).isBetween(0.15, 0.6);
        });
  }

  /** A full service for half an hour: its queue is never taken for its usual time. */
  @Test
  void queue_that_always_stands_does_not_raise_what_unqueued_work_is_said_to_take() {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 500).callers(500);
          calls.work = exponential(0.040);
          calls.servers = 20;
          calls.run(20);
          for (int i = 0; i < 18; i++) {
            calls.run(20);
            assertThat(calls.meanLimit(20)).isBetween(18.0, 33.0);
          }
        });
  }

  /** Callers who never fill the limit queue at a service whose servers went; it must sink. */
  @Test
  void limit_that_was_not_used_sinks_to_what_a_service_can_do() {
    seeds(
        seed -> {
          SimulatedCalls calls = new SimulatedCalls(seed, 200, 200).callers(90).run(15);
          calls.servers = 20;
          calls.run(20);
          assertThat(calls.run(20).meanLimit(20)).isBetween(15.0, 35.0);
        });
  }

  @Test
  void fewer_servers_get_fewer_calls() {
    seeds(
        seed -> {
          double before = 0;
          for (int servers : new int[] {2, 6, 18, 54}) {
            SimulatedCalls calls = new SimulatedCalls(seed, 300).callers(300);
            calls.servers = servers;
            calls.work = exponential(0.02);
            double mean = calls.run(10).run(20).meanLimit(20);
            assertThat(mean).isGreaterThan(before);
            before = mean;
          }
        });
  }

  /** Ten microseconds, and ten thousand at once of fifty milliseconds, and a few of ten seconds. */
  @Test
  void shortest_longest_and_most_work_is_found_too() {
    SimulatedCalls quick = new SimulatedCalls(1, 100).callers(30);
    quick.work = constant(0.000_01);
    quick.servers = 2;
    assertThat(quick.run(2).run(1).meanLimit(1)).isBetween(1.5, 9.0);
    SimulatedCalls many = new SimulatedCalls(2, 20_000).callers(10_000);
    many.work = constant(0.5);
    assertThat(many.run(150).limit()).isGreaterThanOrEqualTo(9_000);
    SimulatedCalls slow = new SimulatedCalls(3, 200).callers(100);
    slow.work = exponential(10);
    assertThat(slow.run(900).limit()).isGreaterThanOrEqualTo(95);
  }

  @Test
  void one_call_a_minute_changes_nothing() {
    SimulatedCalls calls = new SimulatedCalls(1, 200).callers(1);
    calls.work = exponential(0.05);
    calls.pause = 60;
    assertThat(calls.run(100 * 3600).limit()).isEqualTo(20);
    assertThat(calls.unqueuedSeconds()).isBetween(0.02, 0.08);
  }
}
