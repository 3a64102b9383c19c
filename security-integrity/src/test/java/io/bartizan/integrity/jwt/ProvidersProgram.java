package io.bartizan.integrity.jwt;

import java.security.Security;

/** Run in a JVM of its own, with a provider on the class path or without; prints who verified. */
final class ProvidersProgram {

  private ProvidersProgram() {}

  /** One line an algorithm: its name, whether good is accepted and bad refused, and by whom. */
  public static void main(String... arguments) {
    int installed = Security.getProviders().length;
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      JwtVerifier verifier = Forge.strict(algorithm).build();
      String good = Forge.token(algorithm, Forge.GOOD);
      String forged =
          good.substring(0, good.indexOf('.') + 1)
              + Forge.base64("{}")
              + good.substring(good.lastIndexOf('.'));
      int accepted = 0;
      int refused = 0;
      for (int i = 0; i < 200; i++) { // the engines keep objects that the next call finds used
        accepted += verifier.check(good).isAccepted() ? 1 : 0;
        refused += verifier.check(forged).isAccepted() ? 0 : 1;
      }
      System.out.println(algorithm + " " + accepted + " " + refused + " " + verifier);
    }
    System.out.println("installed " + (Security.getProviders().length - installed));
  }
}
