package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-18: every rule for a segment holds for the first, any middle and the last one. */
class NameSegmentsTest {

  private static final Digest A = Digest.sha256Of(bytes(10));

  /** What neither rule lets pass, wherever it stands. */
  private static final List<String> NOWHERE = List.of("", ".", "..", "a\0", "\0");

  private static List<String> linuxOnly() {
    List<String> segments =
        new ArrayList<>(
            List.of(
                "a:b", ":", "c:", "a\\b", "\\", "x.", "x ", " ", "x..", ". ", ".. ", "...",
                "a. ."));
    List<String> devices =
        new ArrayList<>(List.of("con", "prn", "aux", "nul", "conin$", "conout$"));
    for (String port : List.of("com", "lpt")) {
      for (char digit : "0123456789\u00b9\u00b2\u00b3".toCharArray()) {
        devices.add(port + digit);
      }
    }
    for (String device : devices) {
      String capital = device.toUpperCase(Locale.ROOT);
      segments.addAll(
          List.of(
              device,
              capital,
              capital.charAt(0) + device.substring(1),
              device + ".txt",
              device + ".tar.gz",
              device + " .c",
              " " + device,
              " " + capital + ".h"));
    }
    return segments;
  }

  /** Looks like a device, and is none. */
  private static final List<String> EVERYWHERE =
      List.of(
          "console",
          "co",
          "xcon",
          "con-1",
          "con_",
          "icon",
          "auxx",
          "au",
          "null",
          "nul0",
          "prn1",
          "com",
          "com10",
          "com1a",
          "comx",
          "xcom1",
          "lpt",
          "lpt10",
          "lptt1",
          "com\u2074",
          "conin",
          "conin$x",
          "conout",
          "a.con",
          ".con",
          ".nul.txt",
          "..con",
          "..x",
          "...x",
          ".x",
          "x.y",
          "-",
          "--",
          "a-",
          "#",
          "#x",
          "~",
          "a b",
          " a",
          "a  b",
          "\u00e9",
          "\ud83d\ude00",
          "com1-",
          "_",
          "a\tb");

  /** The segment alone, and first, in the middle and last among good ones. */
  private static List<String> placed(String segment) {
    return List.of(
        segment,
        segment + "/b",
        "a/" + segment,
        "a/" + segment + "/c",
        segment + "/b/c/d",
        "a/b/" + segment + "/d",
        "a/b/c/" + segment,
        "longer.folder/" + segment,
        "longer.folder/" + segment + "/longer.name");
  }

  @ParameterizedTest
  @EnumSource
  void ML18_segmentThatLeadsElsewhere_isRefusedWhereverItStands(NameRule rule) {
    for (String segment : NOWHERE) {
      for (String name : placed(segment)) {
        if (!isPrefixTakenOff(name)) {
          refusedByAllReaders(name, rule);
        }
      }
    }
  }

  /** A leading "./" is no part of the name. */
  private static boolean isPrefixTakenOff(String name) {
    return name.startsWith("./");
  }

  @ParameterizedTest
  @EnumSource
  void ML18_segmentOfLinuxAlone_isReadUnderItsRuleWhereverItStands(NameRule rule) {
    for (String segment : linuxOnly()) {
      for (String name : placed(segment)) {
        if (rule == NameRule.PORTABLE) {
          refusedByAllReaders(name, rule);
        } else {
          readByAllReaders(name, rule);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ML18_segmentThatOnlyLooksLikeADevice_isReadWhereverItStands(NameRule rule) {
    for (String segment : EVERYWHERE) {
      for (String name : placed(segment)) {
        if (!name.equals("-")) {
          readByAllReaders(name, rule);
        }
      }
    }
  }

  /** Whole names of many segments: unsafe exactly if one of them is. */
  @ParameterizedTest
  @EnumSource
  void ML18_manySegments_areUnsafeIfAnyOfThemIs(NameRule rule) {
    List<String> bad = rule == NameRule.PORTABLE ? linuxOnly() : List.of("..", ".", "");
    SeededCases.check(
        150,
        random -> {
          List<String> segments = new ArrayList<>();
          for (int i = random.nextInt(1, 9); i > 0; i--) {
            segments.add(EVERYWHERE.get(random.nextInt(EVERYWHERE.size())));
          }
          String good = String.join("/", segments);
          if (!good.equals("-")) {
            readByAllReaders(good, rule);
          }
          segments.add(random.nextInt(segments.size() + 1), bad.get(random.nextInt(bad.size())));
          String name = String.join("/", segments);
          if (!isPrefixTakenOff(name)) {
            refusedByAllReaders(name, rule);
          }
        });
  }

  private static void refusedByAllReaders(String name, NameRule rule) {
    Manifest any = Manifest.of(Map.of("a", A), rule);
    refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.of(Map.of(name, A), rule));
    refused(ArtifactReason.NAME_UNSAFE, () -> any.require(name));
    refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(gnu(name), rule));
    refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(tagged(name), rule));
    if (name.indexOf('\0') < 0) {
      byte[] zero = utf8(A.hex() + "  " + name + "\0");
      refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parseZero(zero, rule));
    }
  }

  private static void readByAllReaders(String name, NameRule rule) {
    Expected expected = Expected.of(A);
    for (Manifest manifest :
        List.of(
            Manifest.of(Map.of(name, A), rule),
            Manifest.parse(gnu(name), rule),
            Manifest.parse(tagged(name), rule),
            Manifest.parseZero(utf8(A.hex() + "  " + name + "\0"), rule))) {
      assertThat(manifest.entries()).as(name).containsOnlyKeys(name);
      assertThat(manifest.require(name)).isEqualTo(expected);
      assertThat(manifest.require("./" + name)).isEqualTo(expected);
    }
  }

  private static byte[] gnu(String name) {
    String mark = name.indexOf('\\') >= 0 ? "\\" : "";
    return utf8(mark + A.hex() + "  " + name.replace("\\", "\\\\") + "\n");
  }

  private static byte[] tagged(String name) {
    String mark = name.indexOf('\\') >= 0 ? "\\" : "";
    return utf8(mark + "SHA256 (" + name.replace("\\", "\\\\") + ") = " + A.hex() + "\n");
  }
}
