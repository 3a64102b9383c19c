package io.bartizan.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Changes one thing in the structure of a JSON text: a member or element is removed, doubled, given
 * another's value, wrapped, nested deeply or given a value of another type; or the bytes inside a
 * base64 text are changed, and where they are JSON, its structure.
 */
public final class DamagedJson {

  private static final List<String> ODD =
      List.of(
          "null",
          "true",
          "{}",
          "[]",
          "\"\"",
          "0",
          "-1",
          "1.5",
          "1e400",
          "9223372036854775808",
          "9".repeat(1_000),
          "\"9223372036854775808\"",
          "\"-1\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "[".repeat(70) + "]".repeat(70),
          "{\"\":".repeat(20) + "1" + "}".repeat(20),
          "[1,".repeat(100));

  private static final int MAX_INSIDE = 2;

  /** A value, and where the member or element that it is begins. */
  private record Place(int outer, int start, int end) {}

  private DamagedJson() {}

  /** Changes one thing; a text in which no value is found stays as it is. */
  public static void damage(StringBuilder text, SplittableRandom random) {
    damage(text, random, 0);
  }

  private static void damage(StringBuilder text, SplittableRandom random, int inside) {
    List<Place> places = places(text);
    if (places.isEmpty()) {
      return;
    }
    Place one = places.get(random.nextInt(places.size()));
    Place other = places.get(random.nextInt(places.size()));
    String value = text.substring(one.start, one.end);
    switch (random.nextInt(9)) {
      case 0 -> text.replace(one.start, one.end, ODD.get(random.nextInt(ODD.size())));
      case 1 -> remove(text, one);
      case 2 -> text.insert(one.outer, text.substring(one.outer, one.end) + ",");
      case 3 -> {
        String name = text.substring(one.outer, one.start);
        text.insert(one.outer, name + text.substring(other.start, other.end) + ",");
      }
      case 4 -> text.replace(one.start, one.end, text.substring(other.start, other.end));
      case 5 -> swap(text, one, other);
      case 6 ->
          text.replace(
              one.start,
              one.end,
              random.nextBoolean() ? "[" + value + "]" : "{\"a\":" + value + "}");
      default -> text.replace(one.start, one.end, content(value, random, inside));
    }
  }

  private static void remove(StringBuilder text, Place one) {
    int end = one.end;
    int start = one.outer;
    if (end < text.length() && text.charAt(end) == ',') {
      end++;
    } else if (start > 0 && text.charAt(start - 1) == ',') {
      start--;
    }
    text.delete(start, end);
  }

  private static void swap(StringBuilder text, Place one, Place other) {
    boolean inOrder = one.start < other.start;
    Place first = inOrder ? one : other;
    Place second = inOrder ? other : one;
    if (first.end > second.start) {
      return; // one inside the other
    }
    String late = text.substring(second.start, second.end);
    text.replace(second.start, second.end, text.substring(first.start, first.end));
    text.replace(first.start, first.end, late);
  }

  /** A number near it, or other bytes in a base64 text. */
  private static String content(String value, SplittableRandom random, int inside) {
    if (value.length() < 2 || value.charAt(0) != '"') {
      return random.nextBoolean() ? value + random.nextInt(10) : "-" + value;
    }
    String text = value.substring(1, value.length() - 1);
    boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0 || text.length() % 4 != 0;
    byte[] bytes;
    try {
      bytes = (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
    } catch (IllegalArgumentException e) {
      return "\"" + text + (char) ('!' + random.nextInt(90)) + "\"";
    }
    if (bytes.length == 0) {
      return value;
    }
    if (bytes[0] == '{' && inside < MAX_INSIDE && random.nextInt(4) > 0) {
      StringBuilder json = new StringBuilder(new String(bytes, ISO_8859_1));
      damage(json, random, inside + 1);
      bytes = json.toString().getBytes(ISO_8859_1);
    } else {
      bytes = damage(bytes, random);
    }
    Base64.Encoder encoder = url ? Base64.getUrlEncoder().withoutPadding() : Base64.getEncoder();
    return "\"" + encoder.encodeToString(bytes) + "\"";
  }

  /** Flips a bit, changes, inserts or removes a byte, cuts, or doubles a slice. */
  public static byte[] damage(byte[] bytes, SplittableRandom random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(bytes.length);
    byte[] changed = bytes.clone();
    switch (random.nextInt(6)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[at] = (byte) random.nextInt(256);
      case 2 -> changed = Arrays.copyOf(bytes, at);
      case 3 -> changed = spliced(bytes, at, new byte[] {(byte) random.nextInt(256)}, at);
      case 4 -> changed = spliced(bytes, at, new byte[0], at + 1);
      default -> {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(64));
        changed = spliced(bytes, end, Arrays.copyOfRange(bytes, at, end), end);
      }
    }
    return changed;
  }

  private static byte[] spliced(byte[] bytes, int until, byte[] between, int from) {
    byte[] all = Arrays.copyOf(bytes, until + between.length + bytes.length - from);
    System.arraycopy(between, 0, all, until, between.length);
    System.arraycopy(bytes, from, all, until + between.length, bytes.length - from);
    return all;
  }

  /** The values of objects and arrays, as far as the text is JSON. */
  private static List<Place> places(StringBuilder text) {
    List<Place> places = new ArrayList<>();
    int[] open = new int[64]; // where each value that is not closed begins, and its member
    int[] outer = new int[64];
    int depth = 0;
    int member = -1; // where the name of the member that is read began
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int start = at++;
      if (c == '{' || c == '[') {
        if (depth == open.length) {
          return places;
        }
        open[depth] = start;
        outer[depth++] = member < 0 ? start : member;
        member = -1;
      } else if (c == '}' || c == ']') {
        if (depth == 0) {
          return places;
        }
        if (--depth > 0) {
          places.add(new Place(outer[depth], open[depth], at));
        }
        member = -1;
      } else if (c == '"') {
        at = endOfText(text, at);
        if (at < text.length() && text.charAt(at) == ':') {
          member = start;
        } else {
          places.add(new Place(member < 0 ? start : member, start, at));
          member = -1;
        }
      } else if (c != ',' && c != ':' && c > ' ') {
        while (at < text.length() && ",}] \n".indexOf(text.charAt(at)) < 0) {
          at++;
        }
        places.add(new Place(member < 0 ? start : member, start, at));
        member = -1;
      }
    }
    return places;
  }

  private static int endOfText(StringBuilder text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(text.length(), at + 1);
  }
}
