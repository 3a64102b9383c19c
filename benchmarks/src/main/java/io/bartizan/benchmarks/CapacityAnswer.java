package io.bartizan.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much Redis a wish needs in one way of talking to it: arithmetic on what was measured, each
 * step of it a line for the reader.
 *
 * @param servers 0 where no number of servers is enough
 * @param busyCores of all servers at the wanted rate
 * @param busiestCores of the server with the hottest key
 * @param cores to give all servers, head-room included
 * @param bytes that the keys take on all servers
 * @param bytesToGive with head-room
 */
record CapacityAnswer(
    LoadSubject.Mode mode,
    int servers,
    double busyCores,
    double busiestCores,
    int cores,
    long connections,
    long bytes,
    long bytesToGive,
    List<String> steps) {

  /** Redis Cluster starts with no fewer masters. */
  static final int LEAST_MASTERS = 3;

  static final int MOST_MASTERS = 1_000;

  /**
   * Answers.
   *
   * @param server this way on one server
   * @param master this way on each master of a Cluster
   */
  static CapacityAnswer of(Wanted wanted, WayCost server, WayCost master, double bytesPerKey) {
    List<String> steps = new ArrayList<>();
    int servers = servers(wanted, server, master, steps);
    if (servers == 0) {
      return new CapacityAnswer(server.mode(), 0, 0, 0, 0, 0, 0, 0, List.copyOf(steps));
    }
    double micros = servers == 1 ? server.microsPerCheck() : master.microsPerCheck();
    double busy = wanted.rate() * micros / 1e6;
    double hot = wanted.hottestRate();
    double busiestRate = hot + (wanted.rate() - hot) / servers;
    double busiest = busiestRate * micros / 1e6;
    double free = 1 - wanted.headroom();
    int each = (int) Math.max(1, Math.ceil(busiest / free));
    steps.add(
        told(
            "Cores: %s checks/s × %s µs of Redis' processor = %s cores busy; on the busiest server"
                + " %s checks/s, %s cores, with head-room %s ÷ %s, rounded up: %d; × %d = %d.",
            n(wanted.rate()),
            n(micros),
            n(busy),
            n(busiestRate),
            n(busiest),
            n(busiest),
            n(free),
            each,
            servers,
            each * servers));
    double perServer = servers == 1 ? server.connections() : master.connections();
    long connections = (long) Math.ceil(wanted.processes() * perServer * servers);
    steps.add(
        told(
            "Connections: processes %d × servers %d × %s each = %d.",
            wanted.processes(), servers, n(perServer), connections));
    long bytes = Math.round(wanted.keys() * bytesPerKey);
    long give = (long) Math.ceil(bytes / free);
    steps.add(
        told(
            "Memory: %s keys × %s B = %s; with head-room ÷ %s = %s, over all servers.",
            n((double) wanted.keys()),
            n(bytesPerKey),
            size((double) bytes),
            n(free),
            size((double) give)));
    return new CapacityAnswer(
        server.mode(),
        servers,
        busy,
        busiest,
        each * servers,
        connections,
        bytes,
        give,
        List.copyOf(steps));
  }

  boolean isPossible() {
    return servers > 0;
  }

  private static int servers(Wanted wanted, WayCost server, WayCost master, List<String> steps) {
    double free = 1 - wanted.headroom();
    double usable = server.knee() * free;
    steps.add(usable("One server", server, wanted, usable));
    if (wanted.rate() <= usable) {
      steps.add(told("%s ≤ %s: one server.", n(wanted.rate()), n(usable)));
      return 1;
    }
    steps.add(told("%s > %s: one server is not enough.", n(wanted.rate()), n(usable)));
    double spread = master.knee() * free;
    steps.add(
        usable("A master of a Cluster, where a call can't cross slots,", master, wanted, spread));
    double hot = wanted.hottestRate();
    if (hot >= spread) {
      steps.add(
          told(
              "The hottest key gets %s checks/s (%s %% of all), and one key lives on one server: no"
                  + " number of servers carries it.",
              n(hot), n(100 * hot / wanted.rate())));
      return 0;
    }
    double exact = (wanted.rate() - hot) / (spread - hot);
    int many = (int) Math.max(LEAST_MASTERS, Math.ceil(exact));
    if (exact > MOST_MASTERS) {
      steps.add(
          told("That would be %s masters; a Cluster has %d at most.", n(exact), MOST_MASTERS));
      return 0;
    }
    steps.add(
        told(
            "The hottest key gets %s checks/s and lives on one master, beside that one's share of"
                + " the rest: (%s − %s) ÷ (%s − %s) = %s, so %d masters (a Cluster has at least"
                + " %d).",
            n(hot), n(wanted.rate()), n(hot), n(spread), n(hot), n(exact), many, LEAST_MASTERS));
    return many;
  }

  private static String usable(String what, WayCost way, Wanted wanted, double usable) {
    return way.knee() == 0
        ? told("%s kept 99 %% within %s ms at no rate tried.", what, millis(wanted))
        : told(
            "%s carries %s%s checks/s with 99 %% within %s ms (%s); × (1 − %s head-room) = %s.",
            what,
            way.isAtLeast() ? "at least " : "",
            n(way.knee()),
            millis(wanted),
            way.origin(),
            n(wanted.headroom()),
            n(usable));
  }

  private static String millis(Wanted wanted) {
    return n(wanted.p99Micros() / 1000.0);
  }

  private static String told(String format, Object... figures) {
    return String.format(Locale.ROOT, format, figures);
  }

  /** Three digits that mean something; what is larger keeps its whole digits. */
  static String n(double value) {
    if (Math.abs(value) >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** Bytes as people write them: units of a thousand. */
  static String size(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return n(value) + " " + units[unit];
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mode", mode.toString());
    json.put("possible", isPossible());
    json.put("servers", servers);
    json.put("cores", cores);
    json.put("busyCores", busyCores);
    json.put("busiestServerCores", busiestCores);
    json.put("connections", connections);
    json.put("bytes", bytes);
    json.put("bytesWithHeadroom", bytesToGive);
    json.put("steps", steps);
    return json;
  }
}
