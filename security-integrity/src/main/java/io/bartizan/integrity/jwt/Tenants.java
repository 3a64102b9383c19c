package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.Ticker;
import io.bartizan.core.VerificationException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuers that were met so far, in bounded places.
 *
 * <p>How it works: a new issuer is <em>tried</em> first, few at a time; those for whom there is no
 * place are in the {@link TenantQueue}. One whose keys came is <em>fresh</em> until a token of it
 * verifies, and <em>proven</em> from then on; one whose keys did not come is <em>failed</em> for a
 * while. Each has places of its own: names that nobody answers for never push out an issuer that
 * answers, and issuers that answer without a token that verifies never push out one that works. A
 * place of a trial that failed stays taken for a second more, which bounds how often anybody can
 * make us ask. Of the fresh and of the proven ones whoever was not used for longest goes first.
 * Thread-safe; nothing waits inside the lock.
 */
final class Tenants {

  /**
   * The settings of {@link RemoteIssuers.Builder}.
   *
   * @param maxIssuers the most proven ones
   * @param maxTried the most that are tried at once
   * @param failedFor for how long one that failed is not tried again
   */
  record Limits(int maxIssuers, int maxTried, Duration failedFor) {}

  /** The most issuers whose keys came and of whom no token verified yet. */
  static final int MAX_FRESH = 256;

  /** The most names that are remembered to have failed. */
  static final int MAX_FAILED = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(RemoteIssuers.class);
  private static final long COOLING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Refusal FAILED =
      Refusal.of(JwtReason.KEYS_UNAVAILABLE, "the issuer's keys could not be got a moment ago");
  private static final Refusal QUEUED =
      Refusal.of(
          JwtReason.KEYS_UNAVAILABLE,
          "other new issuers are being asked for their keys, this one is asked in its turn");
  private static final Refusal CLOSED =
      Refusal.of(JwtReason.KEYS_UNAVAILABLE, "the issuers' keys are closed");

  /** One issuer with its keys; another object if it is met again after it was forgotten. */
  static final class Tenant {
    final String name;
    final RemoteJwks keys;
    private volatile long usedNanos;
    private volatile boolean proven;
    private volatile boolean held = true;

    Tenant(String name, RemoteJwks keys, long now) {
      this.name = name;
      this.keys = keys;
      this.usedNanos = now;
    }

    /** Whether it has one of the places still. */
    boolean isHeld() {
      return held;
    }
  }

  private final Limits limits;
  private final Ticker ticker;
  private final Function<String, RemoteJwks> maker;
  private final ReentrantLock lock = new ReentrantLock();
  private final ConcurrentHashMap<String, Tenant> proven = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Tenant> fresh = new ConcurrentHashMap<>();
  private final Map<String, Tenant> tried = new LinkedHashMap<>(); // by the lock
  private final Map<String, Long> failed = new LinkedHashMap<>(); // by the lock, eldest first
  private final Deque<Long> cooling = new ArrayDeque<>(); // by the lock
  private final TenantQueue queue = new TenantQueue(); // by the lock
  private String lastProblem = ""; // by the lock
  private volatile boolean closed;

  Tenants(Limits limits, Ticker ticker, Function<String, RemoteJwks> maker) {
    this.limits = limits;
    this.ticker = ticker;
    this.maker = maker;
  }

  /**
   * An allowed issuer; the first fetch of a new one's keys begins here.
   *
   * @throws VerificationException if it failed a moment ago or others are tried before it
   */
  Tenant find(String name) {
    Tenant one = answering(name);
    return one != null ? one : tried(name, false);
  }

  /** As {@link #find}, whatever failed before and however many are tried. */
  Tenant insist(String name) {
    Tenant one = proven.get(name);
    return one != null ? one : tried(name, true);
  }

  private Tenant tried(String name, boolean insists) {
    List<Tenant> begun = new ArrayList<>();
    Tenant mine;
    Refusal refused = null;
    lock.lock();
    try {
      mine = held(name);
      if (mine == null) {
        refused = closed ? CLOSED : insists ? null : refusal(name, begun);
        if (refused == null) {
          mine = tried.get(name);
          if (mine == null) {
            mine = begin(name, begun);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    begun.forEach(this::fetch);
    if (mine == null) {
      throw new VerificationException(refused == null ? FAILED : refused);
    }
    return mine;
  }

  /** One whose keys came. */
  private @Nullable Tenant answering(String name) {
    Tenant one = proven.get(name);
    return one != null ? one : fresh.get(name);
  }

  private @Nullable Tenant held(String name) {
    Tenant one = answering(name);
    return one != null ? one : tried.get(name);
  }

  /** Null if the name may be tried now, or is by now. */
  private @Nullable Refusal refusal(String name, List<Tenant> begun) {
    long now = ticker.nanos();
    Long until = failed.get(name);
    if (until != null && until - now > 0) {
      return FAILED;
    }
    queue.ask(name, now);
    next(now, begun);
    return tried.containsKey(name) ? null : failed.containsKey(name) ? FAILED : QUEUED;
  }

  /** Begins with those whose turn it is, as far as there are places. */
  private void next(long now, List<Tenant> begun) {
    while (!cooling.isEmpty() && cooling.peekFirst() - now <= 0) {
      cooling.removeFirst();
    }
    while (tried.size() + cooling.size() < limits.maxTried) {
      String name = queue.poll(now);
      if (name == null) {
        return;
      }
      Tenant unused = begin(name, begun);
    }
  }

  /** Null if no keys can be asked for under this name: an application may allow what it likes. */
  private @Nullable Tenant begin(String name, List<Tenant> begun) {
    queue.remove(name);
    try {
      Tenant tenant = new Tenant(name, maker.apply(name), ticker.nanos());
      failed.remove(name);
      tried.put(name, tenant);
      begun.add(tenant);
      return tenant;
    } catch (RuntimeException e) {
      LOG.debug("an allowed issuer can't be asked for its keys", e);
      fail(name, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void fetch(Tenant tenant) {
    var unused = tenant.keys.othersArrive().whenComplete((good, problem) -> ended(tenant));
  }

  private void fail(String name, String problem) {
    lastProblem = SafeText.of(problem);
    failed.remove(name); // so that it is the youngest
    failed.put(name, ticker.nanos() + limits.failedFor.toNanos());
    if (failed.size() > MAX_FAILED) {
      failed.remove(failed.keySet().iterator().next());
    }
  }

  /** The first fetch of its keys has ended, or will never begin. */
  private void ended(Tenant tenant) {
    List<Tenant> begun = new ArrayList<>();
    lock.lock();
    try {
      if (!tried.remove(tenant.name, tenant)) {
        return; // closed meanwhile
      }
      long now = ticker.nanos();
      if (tenant.keys.snapshot() != KeySnapshot.NONE) {
        tenant.usedNanos = now;
        put(tenant, now);
      } else {
        tenant.held = false;
        cooling.addLast(now + COOLING_NANOS);
        fail(tenant.name, tenant.keys.state().detail());
      }
      next(now, begun);
    } finally {
      lock.unlock();
    }
    begun.forEach(this::fetch);
  }

  private void put(Tenant tenant, long now) {
    Map<String, Tenant> places = tenant.proven ? proven : fresh;
    int most = tenant.proven ? limits.maxIssuers : MAX_FRESH;
    if (places.size() >= most) {
      Tenant eldest =
          Collections.min(places.values(), Comparator.comparingLong(each -> each.usedNanos - now));
      places.remove(eldest.name);
      eldest.held = false; // not closed: somebody may be verifying with its keys
    }
    tenant.held = true;
    places.put(tenant.name, tenant);
  }

  /** A token of this issuer verified, now or once before. */
  void verified(Tenant tenant) {
    long now = ticker.nanos();
    tenant.usedNanos = now;
    if (tenant.proven && tenant.held) {
      return;
    }
    lock.lock();
    try {
      Tenant other = proven.get(tenant.name);
      if (closed || (other != null && other != tenant)) {
        return;
      }
      tenant.proven = true;
      if (other == null && tried.get(tenant.name) != tenant) { // else ended() will put it
        Tenant younger = fresh.remove(tenant.name);
        if (younger != null && younger != tenant) {
          younger.held = false;
        }
        put(tenant, now);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many issuers have keys, of whom how many a token that verified. */
  int[] counts() {
    return new int[] {proven.size() + fresh.size(), proven.size()};
  }

  /** Of the issuers that work, those whose last fetch failed. */
  long failing() {
    return proven.values().stream().filter(each -> each.keys.isFailing()).count();
  }

  boolean isClosed() {
    return closed;
  }

  /** The new issuers that failed a moment ago and the last one's problem; empty if none did. */
  String failures() {
    lock.lock();
    try {
      long now = ticker.nanos();
      failed.values().removeIf(until -> until - now <= 0);
      return failed.isEmpty() ? "" : ", " + failed.size() + " failed, the last: " + lastProblem;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    List<Tenant> all;
    lock.lock();
    try {
      closed = true;
      all = new ArrayList<>(proven.values());
      all.addAll(fresh.values());
      all.addAll(tried.values());
      proven.clear();
      fresh.clear();
      tried.clear();
      failed.clear();
      queue.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(
        each -> {
          each.held = false;
          each.keys.close();
        });
  }
}
