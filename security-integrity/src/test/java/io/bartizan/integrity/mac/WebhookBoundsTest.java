package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.charset.Charset;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-21: the bounds of every header of every scheme, well signed, so that nothing else refuses. */
class WebhookBoundsTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final byte[] BODY = "{}".getBytes(UTF_8);
  private static final long SENT = 1_614_265_330L;

  /** How each provider signs, written from its documents and not with the library's. */
  enum Scheme {
    STANDARD("webhook-signature", "webhook-timestamp", "webhook-id", "v1,", " ", "v0,") {
      @Override
      WebhookScheme scheme() {
        String key = Base64.getEncoder().encodeToString(SECRET.getBytes(UTF_8));
        return WebhookScheme.standard(SecretBytes.ofUtf8("whsec_" + key));
      }

      @Override
      String prefix(String id, String time) {
        return id + "." + time + ".";
      }
    },
    STRIPE("Stripe-Signature", null, null, "v1=", ",", "v0=") {
      @Override
      WebhookScheme scheme() {
        return WebhookScheme.stripe(SecretBytes.ofUtf8(SECRET));
      }

      @Override
      String prefix(String id, String time) {
        return time + ".";
      }
    },
    SLACK("X-Slack-Signature", "X-Slack-Request-Timestamp", null, "v0=", null, "v1=") {
      @Override
      WebhookScheme scheme() {
        return WebhookScheme.slack(SecretBytes.ofUtf8(SECRET));
      }

      @Override
      String prefix(String id, String time) {
        return "v0:" + time + ":";
      }
    },
    GITHUB("X-Hub-Signature-256", null, null, "sha256=", null, "sha1=") {
      @Override
      WebhookScheme scheme() {
        return WebhookScheme.githubAcceptingReplays(SecretBytes.ofUtf8(SECRET));
      }

      @Override
      String prefix(String id, String time) {
        return "";
      }
    };

    final String header;
    final @Nullable String timeHeader;
    final @Nullable String idHeader;
    final String version;
    final @Nullable String separator;
    final String other;

    Scheme(
        String header,
        @Nullable String timeHeader,
        @Nullable String idHeader,
        String version,
        @Nullable String separator,
        String other) {
      this.header = header;
      this.timeHeader = timeHeader;
      this.idHeader = idHeader;
      this.version = version;
      this.separator = separator;
      this.other = other;
    }

    abstract WebhookScheme scheme();

    abstract String prefix(String id, String time);

    boolean hasTime() {
      return this != GITHUB;
    }

    String tag(String id, String time, Charset charset) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        mac.update(prefix(id, time).getBytes(charset));
        byte[] tag = mac.doFinal(BODY);
        return this == STANDARD
            ? Base64.getEncoder().encodeToString(tag)
            : HexFormat.of().formatHex(tag);
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }

    /** The header's value with these signatures, in whose place the time may stand too. */
    String value(String time, List<String> signatures) {
      List<String> entries = new ArrayList<>(signatures);
      if (this == STRIPE) {
        entries.add(0, "t=" + time);
      }
      return String.join(separator == null ? "" : separator, entries);
    }

    Map<String, String> headers(String id, String time, String value) {
      Map<String, String> headers = new HashMap<>(Map.of(header, value));
      if (timeHeader != null) {
        headers.put(timeHeader, time);
      }
      if (idHeader != null) {
        headers.put(idHeader, id);
      }
      return headers;
    }
  }

  private static final String ACCEPTED = "accepted";

  private final ManualInstantSource clock = new ManualInstantSource(Instant.ofEpochSecond(SENT));

  private Object outcome(Scheme scheme, Map<String, String> headers) {
    return WebhookVerifier.builder(scheme.scheme())
        .withClock(clock)
        .build()
        .check(headers::get, BODY)
        .<Object>fold(webhook -> ACCEPTED, Refusal::reason);
  }

  private Object withId(String id, Charset charset) {
    Scheme scheme = Scheme.STANDARD;
    String tag = scheme.version + scheme.tag(id, "" + SENT, charset);
    return outcome(scheme, scheme.headers(id, "" + SENT, tag));
  }

  /** Signed in each of the ways in which a sender could make bytes of it. */
  private void idIsRefused(String id, Reason reason) {
    for (Charset charset : List.of(US_ASCII, ISO_8859_1, UTF_8)) {
      assertThat(withId(id, charset)).as(id).isEqualTo(reason);
    }
  }

  @Test
  void ML21_charactersOfAnId_areVisibleAsciiWithoutDots() {
    for (int c = 0; c < 0x3000; c++) {
      String letter = String.valueOf((char) c);
      boolean good = c > 0x20 && c < 0x7f && c != '.';
      for (String id : List.of(letter, "msg_" + letter, letter + "_1", "msg" + letter + "1")) {
        if (good) {
          assertThat(withId(id, UTF_8)).as(id).isEqualTo(ACCEPTED);
        } else if (c < 0x180 || c % 97 == 0) {
          idIsRefused(id, MacReason.MALFORMED);
        }
      }
    }
    for (String id : List.of("\ud83d\ude00", "\ud83d", "\uff41", "a\u0301", "id\ufeff", "\u202e")) {
      idIsRefused(id, MacReason.MALFORMED);
    }
  }

  @Test
  void ML21_lengthOfAnId_isOneTo256() {
    for (int length : List.of(1, 2, 255, 256)) {
      assertThat(withId("x".repeat(length), UTF_8)).isEqualTo(ACCEPTED);
    }
    for (int length : List.of(0, 257, 258, 4_096)) {
      idIsRefused("x".repeat(length), MacReason.MALFORMED);
    }
    idIsRefused("x".repeat(4_097), MacReason.TOO_LARGE);
  }

  /** Ids that are one to the letter that ASCII makes of them are never one to the guard. */
  @Test
  void ML21_idsThatDiffer_areDifferentMessages() {
    WebhookVerifier once =
        WebhookVerifier.builder(Scheme.STANDARD.scheme())
            .withClock(clock)
            .withReplayGuard(InMemoryReplayGuard.builder(1_000).withClock(clock).build())
            .build();
    List<String> ids = new ArrayList<>(List.of("a?", "a", "A?", "?", "??", "a?b", "a??"));
    for (int c = 0x21; c < 0x7f; c++) {
      if (c != '.' && c != '?') {
        ids.add("a" + (char) c);
      }
    }
    Collections.shuffle(ids, new java.util.Random(21));
    for (Object expected : List.of(ACCEPTED, MacReason.REPLAYED)) {
      for (String id : ids) {
        String tag = "v1," + Scheme.STANDARD.tag(id, "" + SENT, UTF_8);
        Map<String, String> headers = Scheme.STANDARD.headers(id, "" + SENT, tag);
        assertThat(
                once.check(headers::get, BODY)
                    .<Object>fold(
                        webhook -> {
                          assertThat(webhook.id()).contains(id);
                          return ACCEPTED;
                        },
                        Refusal::reason))
            .as(id)
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ML21_time_isTheOneSpellingOfItsNumber(Scheme scheme) {
    for (long second : List.of(0L, 1L, 9L, 10L, SENT, 99_999_999_999L, 999_999_999_999L)) {
      clock.set(Instant.ofEpochSecond(second));
      String time = Long.toString(second);
      assertThat(timed(scheme, time)).as(time).isEqualTo(ACCEPTED);
      if (scheme.hasTime()) {
        for (String other :
            List.of(
                "0" + time,
                "00" + time,
                "+" + time,
                "-" + time,
                time + " ",
                " " + time,
                time + ".",
                time + ".0",
                time + "\t",
                time + "L",
                time + "e0",
                "\u200b" + time,
                digits(time, '\u0660'),
                digits(time, '\uff10'),
                digits(time, '\u0966'))) {
          assertThat(timed(scheme, other)).as(other).isEqualTo(MacReason.MALFORMED);
        }
      }
    }
    clock.set(Instant.ofEpochSecond(1_000_000_000_000L));
    assertThat(timed(scheme, "1000000000000"))
        .isEqualTo(scheme.hasTime() ? MacReason.MALFORMED : ACCEPTED);
    assertThat(timed(scheme, "99999999999999999999"))
        .isEqualTo(scheme.hasTime() ? MacReason.MALFORMED : ACCEPTED);
    assertThat(timed(scheme, "")).isEqualTo(scheme.hasTime() ? MacReason.MALFORMED : ACCEPTED);
    for (int c = 1; c < 0x180; c++) {
      if ((c < '0' || c > '9') && c != ',' && scheme.hasTime()) {
        clock.set(Instant.ofEpochSecond(12));
        assertThat(timed(scheme, "1" + (char) c)).as("%s", c).isEqualTo(MacReason.MALFORMED);
        assertThat(timed(scheme, (char) c + "2")).as("%s", c).isEqualTo(MacReason.MALFORMED);
      }
    }
  }

  private static String digits(String time, char zero) {
    StringBuilder digits = new StringBuilder();
    time.chars().forEach(c -> digits.append((char) (c - '0' + zero)));
    return digits.toString();
  }

  private Object timed(Scheme scheme, String time) {
    Object last = null;
    for (Charset charset : List.of(UTF_8, US_ASCII)) {
      String tag = scheme.version + scheme.tag("a", time, charset);
      Object outcome = outcome(scheme, scheme.headers("a", time, scheme.value(time, List.of(tag))));
      assertThat(last == null || last.equals(outcome)).isTrue();
      last = outcome;
    }
    return String.valueOf(last).equals(ACCEPTED) ? ACCEPTED : last;
  }

  @ParameterizedTest
  @EnumSource
  void ML21_headersOf4096Characters_areReadAndLongerOnesAreNot(Scheme scheme) {
    String time = "" + SENT;
    String tag = scheme.version + scheme.tag("a", time, UTF_8);
    String value = scheme.value(time, List.of(tag));
    if (scheme.separator != null) { // room for what is passed over
      int room = 4_096 - value.length() - scheme.separator.length() - scheme.other.length();
      String full = value + scheme.separator + scheme.other + "x".repeat(room);
      assertThat(full).hasSize(4_096);
      assertThat(outcome(scheme, scheme.headers("a", time, full))).isEqualTo(ACCEPTED);
      assertThat(outcome(scheme, scheme.headers("a", time, full + "x")))
          .isEqualTo(MacReason.TOO_LARGE);
    } else {
      assertThat(outcome(scheme, scheme.headers("a", time, value))).isEqualTo(ACCEPTED);
      String full = value + "0".repeat(4_096 - value.length());
      assertThat(outcome(scheme, scheme.headers("a", time, full)))
          .isEqualTo(MacReason.SIGNATURE_INVALID);
      assertThat(outcome(scheme, scheme.headers("a", time, full + "0")))
          .isEqualTo(MacReason.TOO_LARGE);
    }
    for (String header : scheme.headers("a", time, value).keySet()) {
      for (String absent : new String[] {null, ""}) {
        Map<String, @Nullable String> headers = new HashMap<>(scheme.headers("a", time, value));
        headers.put(header, absent);
        assertThat(
                WebhookVerifier.of(scheme.scheme())
                    .check(headers::get, BODY)
                    .<Object>fold(webhook -> ACCEPTED, Refusal::reason))
            .as(header)
            .isEqualTo(MacReason.MALFORMED);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ML21_signatures_areEightAtMostAndAnyOfThemMayBeTheOne(Scheme scheme) {
    String time = "" + SENT;
    String right = scheme.version + scheme.tag("a", time, UTF_8);
    if (scheme.separator == null) {
      assertThat(outcome(scheme, scheme.headers("a", time, right + "," + right)))
          .isEqualTo(MacReason.SIGNATURE_INVALID);
      assertThat(outcome(scheme, scheme.headers("a", time, scheme.other + right.substring(3))))
          .isEqualTo(MacReason.NO_ACCEPTED_SIGNATURE);
      return;
    }
    for (int count = 1; count <= 9; count++) {
      for (int at = 0; at < count; at++) {
        for (String wrong : List.of(scheme.version + "0", scheme.other + "0", "")) {
          List<String> signatures = new ArrayList<>(Collections.nCopies(count, wrong));
          signatures.set(at, right);
          assertThat(outcome(scheme, scheme.headers("a", time, scheme.value(time, signatures))))
              .as("%s of %s", at, count)
              .isEqualTo(count <= 8 ? ACCEPTED : MacReason.TOO_MANY_SIGNATURES);
        }
      }
    }
  }

  /** A tag is one text; what another reader would take for the same bytes is no signature. */
  @ParameterizedTest
  @EnumSource
  void ML21_tag_isTheOneSpellingOfItsBytes(Scheme scheme) {
    String time = "" + SENT;
    String tag = scheme.tag("a", time, UTF_8);
    assertThat(tagged(scheme, tag)).isEqualTo(ACCEPTED);
    List<String> others =
        new ArrayList<>(
            List.of(tag + "=", tag + "A", "=" + tag, tag + "\t", tag + "\u00a0", "\u200b" + tag));
    for (int i = 0; i < tag.length(); i++) {
      char c = tag.charAt(i);
      char other = Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c);
      others.add(tag.substring(0, i) + other + tag.substring(i + 1));
      others.add(tag.substring(0, i) + (char) (c + 0x100) + tag.substring(i + 1));
      others.add(tag.substring(0, i) + '?' + tag.substring(i + 1));
      others.add(tag.substring(0, i) + tag.substring(i + 1));
    }
    for (String other : others) {
      if (!other.equals(tag)) {
        assertThat(tagged(scheme, other)).as(other).isEqualTo(MacReason.SIGNATURE_INVALID);
      }
    }
  }

  private Object tagged(Scheme scheme, String tag) {
    String time = "" + SENT;
    return outcome(
        scheme, scheme.headers("a", time, scheme.value(time, List.of(scheme.version + tag))));
  }
}
