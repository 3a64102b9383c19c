package io.bartizan.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where something was measured, in the words that belong beside every figure. */
final class Machine {
  private Machine() {}

  /** Such as {@code 2 × AMD EPYC, 23 GiB, Linux 6.1 amd64}. */
  static String words() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Runtime.getRuntime().availableProcessors()
        + " × "
        + processor()
        + ", "
        + Math.round(system.getTotalMemorySize() / (double) (1 << 30))
        + " GiB, "
        + system.getName()
        + " "
        + system.getVersion()
        + " "
        + system.getArch();
  }

  static String java() {
    return System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version");
  }

  private static String processor() {
    Path told = Path.of("/proc/cpuinfo");
    if (Files.isReadable(told)) {
      try {
        for (String line : Files.readAllLines(told)) {
          if (line.startsWith("model name")) {
            return line.substring(line.indexOf(':') + 1).strip();
          }
        }
      } catch (IOException e) {
        return "processor";
      }
    }
    return "processor";
  }
}
