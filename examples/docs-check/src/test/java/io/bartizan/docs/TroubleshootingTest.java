package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The texts under which people search are those that the libraries write. */
class TroubleshootingTest {

  /** What Redis, the JVM, TLS, Tomcat and builds write. */
  private static final List<String> OTHERS =
      List.of(
          "NOPERM",
          "WRONGTYPE",
          "CROSSSLOT",
          "OOM",
          "READONLY",
          "MISCONF",
          "NOREPLICAS",
          "NoClassDefFoundError: io/netty/channel/group/ChannelGroup",
          "bad_certificate",
          "certificate_unknown",
          "handshake_failure",
          "HTTP/1.1 header parser received no bytes",
          "configured from keystore [.../.keystore]",
          "Could not find io.bartizan",
          "Could not find artifact io.bartizan");

  @Test
  void heading_thatQuotesBartizan_isWhatItWrites() throws Exception {
    String sources = Pages.sources();
    String page = Pages.text("docs/operations/troubleshooting.md");
    List<String> quoted = new ArrayList<>();
    for (String line : page.lines().filter(each -> each.startsWith("### ")).toList()) {
      Pattern.compile("`([^`]+)`").matcher(line).results().forEach(r -> quoted.add(r.group(1)));
    }
    assertThat(quoted).containsAll(OTHERS);
    quoted.removeAll(OTHERS);
    assertThat(quoted).hasSizeGreaterThanOrEqualTo(8);
    assertThat(quoted).allSatisfy(text -> assertThat(sources).contains(text));
  }
}
