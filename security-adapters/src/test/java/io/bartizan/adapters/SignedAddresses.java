package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests of a provider that signs addresses, to an application that reads {@code /body}. */
public final class SignedAddresses {

  private static final String BODY = "{\"event\":\"paid\"}";

  private SignedAddresses() {}

  /** Behind filters of {@link Issued#webhooksOfAddresses}. */
  public static void areJudged(int port, AtomicInteger served) throws Exception {
    served.set(0);
    for (String target : List.of("/body", "/body?lang=de&x=%C3%BC%2f")) {
      assertThat(status(port, target, target)).as(target).isEqualTo(200);
    }
    assertThat(served).hasValue(2);
    for (String[] each :
        List.of(
            new String[] {"/body", "/"},
            new String[] {"/body?lang=de", "/body"},
            new String[] {"/body?lang=de", "/body?lang=fr"},
            new String[] {"/body?lang=de", "/body?lang=de&lang=fr"},
            new String[] {"/body?lang=de", "/body?l%61ng=de"},
            new String[] {"/body", "/bod%79"},
            new String[] {"/body", "//body"})) {
      assertThat(status(port, each[0], each[1])).as("%s", (Object) each).isBetween(400, 499);
    }
    String elsewhere = Issued.signatureAt("/body", BODY).replaceAll("[0-9a-f]{4}$", "0000");
    assertThat(RawHttp.post(port, "/body", BODY, elsewhere).status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", BODY).status()).isEqualTo(400);
    assertThat(status(port, "/hooks/pay", "/body", "X-Forwarded-Prefix: /hooks/pay"))
        .isEqualTo(400);
    assertThat(status(port, "/body", "/", "X-Forwarded-Prefix: /body", "X-Original-URL: /body"))
        .isBetween(400, 499);
    assertThat(served).as("none of them").hasValue(2);
    assertThat(status(port, "/body", "/body", "X-Forwarded-Host: evil.example")).isEqualTo(200);
  }

  /** Behind filters of {@link Issued#webhooksBehindAProxy}. */
  public static void areJudgedBehindAProxy(int port, AtomicInteger served) throws Exception {
    served.set(0);
    assertThat(status(port, "/hooks/pay?lang=de", "/body?lang=de")).isEqualTo(200);
    assertThat(served).hasValue(1);
    assertThat(status(port, "/body?lang=de", "/body?lang=de")).isEqualTo(400);
    assertThat(status(port, "/hooks/pay?lang=de", "/body?lang=fr")).isEqualTo(400);
    assertThat(status(port, "/hooks/pay", "/")).isBetween(400, 499);
    assertThat(status(port, "/hooks/payx", "/bodyx")).isBetween(400, 499);
    assertThat(served).hasValue(1);
  }

  private static int status(int port, String signed, String sent, String... more) throws Exception {
    String[] headers = new String[more.length + 1];
    System.arraycopy(more, 0, headers, 1, more.length);
    headers[0] = Issued.signatureAt(signed, BODY);
    return RawHttp.post(port, sent, BODY, headers).status();
  }
}
