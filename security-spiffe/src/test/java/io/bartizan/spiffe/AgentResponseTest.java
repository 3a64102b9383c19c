package io.bartizan.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.spiffe.AgentMessages.Svid;
import io.bartizan.tests.SeededCases;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The reader of protobuf's wire format, against messages that protobuf wrote. */
class AgentResponseTest {

  private static byte[] random(SplittableRandom random, int most) {
    byte[] bytes = new byte[random.nextInt(most + 1)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String text(SplittableRandom random) {
    return random
        .ints(random.nextInt(300), 0, 0xd800)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void message_ofProtobuf_isReadField_byField() {
    SeededCases.check(
        300,
        random -> {
          List<Svid> svids =
              java.util.stream.IntStream.range(0, random.nextInt(4))
                  .mapToObj(
                      i ->
                          new Svid(
                              text(random),
                              random(random, 5000),
                              random(random, 200),
                              random(random, 20_000),
                              text(random)))
                  .toList();
          Map<String, byte[]> federated = new LinkedHashMap<>();
          for (int i = random.nextInt(4); i > 0; i--) {
            federated.put(text(random), random(random, 400));
          }
          byte[][] lists = random.nextBoolean() ? new byte[][] {{1}, {}} : new byte[0][];
          AgentResponse read = AgentResponse.ofSvids(AgentMessages.svids(svids, federated, lists));
          assertThat(read.lists()).isEqualTo(lists.length);
          assertThat(read.svids()).hasSameSizeAs(svids);
          for (int i = 0; i < svids.size(); i++) {
            AgentResponse.Svid one = read.svids().get(i);
            assertThat(one.spiffeId()).isEqualTo(svids.get(i).id());
            assertThat(one.chain()).isEqualTo(svids.get(i).chain());
            assertThat(one.key()).isEqualTo(svids.get(i).key());
            assertThat(one.bundle()).isEqualTo(svids.get(i).bundle());
            assertThat(one.hint()).isEqualTo(svids.get(i).hint());
          }
          same(read.bundles(), federated);
          same(AgentResponse.ofBundles(AgentMessages.bundles(federated)).bundles(), federated);
        });
  }

  private static void same(Map<String, byte[]> read, Map<String, byte[]> written) {
    assertThat(read.keySet()).isEqualTo(written.keySet());
    written.forEach((key, value) -> assertThat(read.get(key)).isEqualTo(value));
  }

  @Test
  void message_thatIsDamaged_isReadOrRefused() {
    byte[] good =
        AgentMessages.svids(
            List.of(new Svid("spiffe://a.example/x", new byte[300], new byte[9], new byte[9], "h")),
            Map.of("spiffe://b.example", new byte[200]));
    SeededCases.check(
        5_000,
        random -> {
          byte[] bad = random.nextInt(4) == 0 ? random(random, 60) : good.clone();
          for (int i = random.nextInt(4); i >= 0 && bad.length > 0; i--) {
            bad[random.nextInt(Math.min(bad.length, 60))] = (byte) random.nextInt(256);
          }
          bad = Arrays.copyOf(bad, random.nextInt(bad.length + 1));
          try {
            AgentResponse read = AgentResponse.ofSvids(bad);
            assertThat(read.svids().size()).isLessThanOrEqualTo(bad.length);
          } catch (WorkloadApiException e) {
            assertThat(e.reason()).isEqualTo(WorkloadReason.RESPONSE_MALFORMED);
          }
        });
  }

  @Test
  void fields_thatAreUnknown_arePassedOver() {
    byte[] svid = AgentMessages.svids(new Svid("i", new byte[1], new byte[1], new byte[1], ""));
    byte[] unknown = {
      0x48,
      (byte) 0xff,
      0x01, // field 9, number
      0x51,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8, // field 10, 8 bytes
      0x5a,
      2,
      7,
      7, // field 11, bytes
      0x65,
      1,
      2,
      3,
      4 // field 12, 4 bytes
    };
    byte[] all = Arrays.copyOf(unknown, unknown.length + svid.length);
    System.arraycopy(svid, 0, all, unknown.length, svid.length);
    assertThat(AgentResponse.ofSvids(all).svids())
        .extracting(x -> x.spiffeId())
        .containsExactly("i");
  }

  @Test
  void message_thatBreaksTheFormat_isRefused() {
    refused(0x0a, 5, 1); // longer than the message
    refused(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01); // a negative length
    refused(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    refused(0x0a, 0x80); // ends in the length
    refused(0x0b, 0x0c); // a group
    refused(0x02, 0x00); // field 0
    refused(0x08, 0x01); // svids as a number
    refused(0x49, 1, 2); // ends in 8 bytes
    byte[] notUtf8 = {0x0a, 3, 0x0a, 1, (byte) 0xff};
    assertThatThrownBy(() -> AgentResponse.ofSvids(notUtf8)).hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> AgentResponse.ofSvids("<html>".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(WorkloadApiException.class);
  }

  private static void refused(int... bytes) {
    byte[] message = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      message[i] = (byte) bytes[i];
    }
    assertThatThrownBy(() -> AgentResponse.ofSvids(message))
        .as(Arrays.toString(bytes))
        .isInstanceOfSatisfying(
            WorkloadApiException.class,
            e -> assertThat(e.reason()).isEqualTo(WorkloadReason.RESPONSE_MALFORMED));
  }

  @Test
  void svid_neverPrintsItsKey() {
    AgentResponse.Svid svid =
        AgentResponse.ofSvids(
                AgentMessages.svids(
                    new Svid(
                        "spiffe://a/x",
                        new byte[1],
                        "KEY".getBytes(StandardCharsets.UTF_8),
                        new byte[1],
                        "")))
            .svids()
            .get(0);
    assertThat(svid).hasToString("Svid[spiffe://a/x]");
  }
}
