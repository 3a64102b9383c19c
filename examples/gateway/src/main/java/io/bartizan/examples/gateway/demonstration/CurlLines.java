package io.bartizan.examples.gateway.demonstration;

/** The lines that try each answer by hand. */
final class CurlLines {

  private CurlLines() {}

  static String of(int port, Material material, Tokens tokens, String cart) {
    String url = "https://localhost:" + port;
    String curl = "curl -sS -i --cacert " + material.file("ca.pem");
    String shop =
        curl + identity(material, "client") + " -H 'X-Api-Key: " + Material.SHOP_KEY + "'";
    StringBuilder out = new StringBuilder();
    line(out, "200: a good token", bearer(shop, tokens.good()) + url + "/account");
    line(out, "200: sign a cart", shop + " -d '3 apples' " + url + "/cart");
    line(out, "200: the signed cart", shop + " -H 'X-Cart: " + cart + "' " + url + "/cart");
    line(out, "200: a sound artifact", shop + " " + url + "/artifacts/tool");
    line(
        out,
        "refused by TLS, curl gets no answer: no client certificate",
        curl + " " + url + "/account");
    line(
        out,
        "refused by TLS, curl gets no answer: wrong SAN",
        curl + identity(material, "stranger") + " " + url + "/account");
    line(out, "401: alg none", bearer(shop, tokens.unsigned()) + url + "/account");
    line(out, "401: RS256 key as HS256 secret", bearer(shop, tokens.confused()) + url + "/account");
    line(out, "401: expired", bearer(shop, tokens.expired()) + url + "/account");
    line(out, "403: without the scope", bearer(shop, tokens.good()) + url + "/admin");
    line(
        out,
        "400: tampered cart",
        shop + " -H 'X-Cart: x" + cart.substring(1) + "' " + url + "/cart");
    line(out, "502: tampered artifact", shop + " " + url + "/artifacts/tampered");
    line(
        out,
        "429: flooded key (the last answers)",
        "for i in $(seq 40); do "
            + shop.replace(Material.SHOP_KEY, Material.FLOOD_KEY)
            + " -o /dev/null -w '%{http_code} ' "
            + url
            + "/artifacts/tool; done; echo");
    return out.toString();
  }

  private static String identity(Material material, String name) {
    return " --cert " + material.file(name + ".pem") + " --key " + material.file(name + "-key.pem");
  }

  private static String bearer(String curl, String token) {
    return curl + " -H 'Authorization: Bearer " + token + "' ";
  }

  private static void line(StringBuilder out, String what, String command) {
    out.append("# ").append(what).append('\n').append(command).append("\n\n");
  }
}
