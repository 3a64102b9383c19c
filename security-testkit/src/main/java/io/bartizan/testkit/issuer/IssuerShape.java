package io.bartizan.testkit.issuer;

import java.util.List;
import java.util.Map;

/**
 * The provider whose tokens, key sets and issuer paths a {@link DevIssuer} imitates; all sign with
 * RS256. Members and their JSON types are those of the providers' documentation, values are
 * invented.
 */
public enum IssuerShape {
  /** The claims of RFC 7519 alone, at the root of the server. */
  PLAIN(""),
  /**
   * Microsoft Entra ID, version 2.0 access tokens: {@code scp} is text, keys name no {@code alg}.
   */
  ENTRA("/8d7ea3a1-5c0f-4a92-9f2f-0d2f5c1b7e11/v2.0"),
  /** Okta access tokens: no {@code typ} in the header, {@code scp} is an array. */
  OKTA("/oauth2/default"),
  /** Amazon Cognito access tokens: no {@code aud}, but {@code client_id} and {@code token_use}. */
  COGNITO("/eu-west-1_Dev1Pool2"),
  /**
   * Keycloak access tokens: roles in objects, a {@code typ} claim, an encryption key in the set.
   */
  KEYCLOAK("/realms/dev"),
  /** Google ID tokens: {@code azp}, {@code email_verified} as a boolean. */
  GOOGLE(""),
  /** Kubernetes service account tokens that are bound to a pod: {@code aud} is an array. */
  KUBERNETES(""),
  /** GitHub Actions ID tokens: the repository and the run, and {@code x5t} in the header. */
  GITHUB_ACTIONS("");

  private final String path;

  IssuerShape(String path) {
    this.path = path;
  }

  /** The issuer's path below the server's root. */
  String path() {
    return path;
  }

  /** Whether the header of a token says {@code typ: JWT}. */
  boolean hasType() {
    return this != OKTA && this != COGNITO && this != KUBERNETES;
  }

  /** Whether keys and headers carry a certificate's SHA-1 thumbprint beside the key id. */
  boolean hasThumbprint() {
    return this == ENTRA || this == GITHUB_ACTIONS;
  }

  /** Whether a key of the set names its algorithm. */
  boolean namesAlgorithm() {
    return this != ENTRA;
  }

  /** For how many seconds a token is good. */
  int seconds() {
    return this == KEYCLOAK || this == GITHUB_ACTIONS ? 300 : 3600;
  }

  /** What the application's own name is in a token: {@code aud}, for Cognito {@code client_id}. */
  String audienceClaim() {
    return this == COGNITO ? "client_id" : "aud";
  }

  /** The audience as this provider writes it. */
  Object audience(String name) {
    return switch (this) {
      case KUBERNETES -> List.of(name);
      case KEYCLOAK -> List.of(name, "account");
      default -> name;
    };
  }

  /** The claims besides issuer, audience and times. */
  Map<String, Object> claims(String id, long now) {
    return switch (this) {
      case PLAIN -> Map.of("sub", "alice", "jti", id);
      case ENTRA ->
          Map.ofEntries(
              Map.entry("nbf", now),
              Map.entry("aio", "AWQAm/8TAAAA" + id),
              Map.entry("azp", "6e74172b-be56-4843-9ff4-e66a39bb12e3"),
              Map.entry("azpacr", "1"),
              Map.entry("name", "Alice Example"),
              Map.entry("oid", "690222be-ff1a-4d56-abd1-7e4f7d38e474"),
              Map.entry("preferred_username", "alice@example.com"),
              Map.entry("rh", "0.AAAA."),
              Map.entry("roles", List.of("Orders.Read")),
              Map.entry("scp", "orders.read orders.write"),
              Map.entry("sub", "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ"),
              Map.entry("tid", "8d7ea3a1-5c0f-4a92-9f2f-0d2f5c1b7e11"),
              Map.entry("uti", id),
              Map.entry("ver", "2.0"));
      case OKTA ->
          Map.of(
              "ver",
              1,
              "jti",
              "AT." + id,
              "cid",
              "0oa1devclient",
              "uid",
              "00u1devuser",
              "scp",
              List.of("openid", "orders.read"),
              "auth_time",
              now - 60,
              "sub",
              "alice@example.com");
      case COGNITO ->
          Map.ofEntries(
              Map.entry("sub", "b2d4e1f0-6041-70a3-5f5c-1d1f3f1c0a11"),
              Map.entry("cognito:groups", List.of("admins")),
              Map.entry("version", 2),
              Map.entry("origin_jti", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
              Map.entry("event_id", "11111111-2222-4333-8444-555555555555"),
              Map.entry("token_use", "access"),
              Map.entry("scope", "orders/read openid"),
              Map.entry("auth_time", now - 60),
              Map.entry("jti", id),
              Map.entry("username", "alice"));
      case KEYCLOAK ->
          Map.ofEntries(
              Map.entry("auth_time", now - 60),
              Map.entry("jti", "onrtac:" + id),
              Map.entry("sub", "5f0f1d52-9a2e-4a0e-8f6e-0d8c1c1f6a77"),
              Map.entry("typ", "Bearer"),
              Map.entry("azp", "shop"),
              Map.entry("sid", "0b9f6a3e-1b1b-4b8e-9a63-6d0f1b1c2d3e"),
              Map.entry("acr", "1"),
              Map.entry("allowed-origins", List.of("https://shop.example")),
              Map.entry("realm_access", Map.of("roles", List.of("offline_access", "buyer"))),
              Map.entry(
                  "resource_access",
                  Map.of("account", Map.of("roles", List.of("manage-account", "view-profile")))),
              Map.entry("scope", "email profile"),
              Map.entry("email_verified", true),
              Map.entry("preferred_username", "alice"),
              Map.entry("email", "alice@example.com"));
      case GOOGLE ->
          Map.of(
              "azp", "407408718192.apps.googleusercontent.com",
              "sub", "10769150350006150715113082367",
              "email", "alice@example.com",
              "email_verified", true,
              "at_hash", "HK6E_P6Dh8Y93mRNtsDB1Q",
              "name", "Alice Example",
              "nonce", "0394852-3190485-2490358",
              "hd", "example.com");
      case KUBERNETES ->
          Map.of(
              "jti",
              id,
              "kubernetes.io",
              Map.of(
                  "namespace", "shop",
                  "node", Map.of("name", "node-1", "uid", "646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1"),
                  "pod", Map.of("name", "orders-0", "uid", "5e0bd49b-f040-43b0-99b7-22765a53f7f3"),
                  "serviceaccount",
                      Map.of("name", "orders", "uid", "14ee3fa4-a7e2-420f-9f9a-dbc4507c3798"),
                  "warnafter", now + 3007),
              "nbf",
              now,
              "sub",
              "system:serviceaccount:shop:orders");
      case GITHUB_ACTIONS ->
          Map.ofEntries(
              Map.entry("jti", id),
              Map.entry("sub", "repo:octo-org/octo-repo:environment:prod"),
              Map.entry("environment", "prod"),
              Map.entry("ref", "refs/heads/main"),
              Map.entry("ref_type", "branch"),
              Map.entry("sha", "c8c1e6a5b1f0d3e4c8c1e6a5b1f0d3e4c8c1e6a5"),
              Map.entry("repository", "octo-org/octo-repo"),
              Map.entry("repository_id", "74"),
              Map.entry("repository_owner", "octo-org"),
              Map.entry("repository_owner_id", "65"),
              Map.entry("repository_visibility", "private"),
              Map.entry("actor", "octocat"),
              Map.entry("actor_id", "12"),
              Map.entry("workflow", "release"),
              Map.entry("head_ref", ""),
              Map.entry("base_ref", ""),
              Map.entry("event_name", "push"),
              Map.entry(
                  "job_workflow_ref", "octo-org/octo-repo/.github/workflows/r.yml@refs/heads/main"),
              Map.entry("runner_environment", "github-hosted"),
              Map.entry("run_id", "1234567890"),
              Map.entry("run_number", "10"),
              Map.entry("run_attempt", "2"),
              Map.entry("nbf", now - 600));
    };
  }
}
