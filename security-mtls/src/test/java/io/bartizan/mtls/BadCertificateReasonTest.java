package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.DevCertificate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each bad kind is refused for its own reason, not by accident. */
class BadCertificateReasonTest {

  private final PeerCast cast = PeerCast.SHARED;

  @Test
  void anchors_withAPeersCertificate_areNotLoaded() {
    DevCertificate leaf = cast.servers.get(BadCertificate.EXPIRED_LEAF_AMONG_ROOTS);
    assertThatThrownBy(
            () ->
                ClientTls.builder(
                        Identity.of(cast.goodClient.privateKey(), cast.goodClient.chain()),
                        TrustAnchors.of(List.of(leaf.root())),
                        PeerPolicy.requestedHost())
                    .build())
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.ANCHOR_NOT_CA));
  }

  @Test
  void kinds_atBothSides_areRefusedForTheirReason() {
    try (ServerTls server = cast.server().build();
        ClientTls client = cast.client(PeerPolicy.requestedHost()).build()) {
      assertThat(server.explain(cast.goodClient.chain(), null).isAccepted()).isTrue();
      assertThat(client.explain(cast.goodServer.chain(), PeerCast.DNS).isAccepted()).isTrue();
      Map<BadCertificate, Object> serverReasons = new EnumMap<>(BadCertificate.class);
      Map<BadCertificate, Object> clientReasons = new EnumMap<>(BadCertificate.class);
      for (BadCertificate kind : BadCertificate.values()) {
        serverReasons.put(kind, reason(server.explain(cast.clients.get(kind).chain(), null)));
        clientReasons.put(
            kind, reason(client.explain(cast.servers.get(kind).chain(), PeerCast.DNS)));
      }
      assertThat(serverReasons).isEqualTo(expected());
      assertThat(clientReasons).isEqualTo(expected());
    }
  }

  private static Object reason(Checked<AcceptedPeer> decision) {
    return decision.fold(accepted -> "accepted", Refusal::reason);
  }

  private static Map<BadCertificate, PeerReason> expected() {
    Map<BadCertificate, PeerReason> reasons = new EnumMap<>(BadCertificate.class);
    for (BadCertificate kind : BadCertificate.values()) {
      reasons.put(kind, expected(kind));
    }
    return reasons;
  }

  private static PeerReason expected(BadCertificate kind) {
    return switch (kind) {
      case EXPIRED, INTERMEDIATE_EXPIRED, ROOT_EXPIRED -> PeerReason.EXPIRED;
      case NOT_YET_VALID -> PeerReason.NOT_YET_VALID;
      case WRONG_PURPOSE, UNRELATED_PURPOSE, NO_DIGITAL_SIGNATURE -> PeerReason.USAGE_WRONG;
      case CA_AS_LEAF -> PeerReason.LEAF_IS_CA;
      case WEAK_RSA, WEAK_RSA_INTERMEDIATE, SHA1_SIGNATURE, SHA1_INTERMEDIATE ->
          PeerReason.ALGORITHM_WEAK;
      case BAD_SIGNATURE,
          BAD_INTERMEDIATE_SIGNATURE,
          PSYCHIC_SIGNATURE,
          SELF_SIGNED_TWIN,
          OTHER_ROOT_SAME_NAME,
          OTHER_ROOT_SENT ->
          PeerReason.SIGNATURE_INVALID;
      case ALGORITHM_MISMATCH,
          UNKNOWN_CRITICAL_EXTENSION,
          INTERMEDIATE_UNKNOWN_CRITICAL_EXTENSION,
          ROOT_UNKNOWN_CRITICAL_EXTENSION,
          ISSUED_BY_LEAF,
          INTERMEDIATE_WITHOUT_BASIC_CONSTRAINTS,
          INTERMEDIATE_MAY_NOT_SIGN,
          VERSION_1_INTERMEDIATE,
          VERSION_1_LEAF,
          PATH_LENGTH_EXCEEDED ->
          PeerReason.CHAIN_INVALID;
      // the last one's root is not loaded, as the other test shows
      case SELF_SIGNED, OTHER_ROOT, MISSING_INTERMEDIATE, EXPIRED_LEAF_AMONG_ROOTS ->
          PeerReason.CHAIN_UNTRUSTED;
      case CHAIN_TOO_LONG -> PeerReason.SEARCH_LIMITED;
      case NAME_CONSTRAINT_VIOLATED,
          URI_CONSTRAINT_VIOLATED,
          ROOT_NAME_CONSTRAINT_VIOLATED,
          ROOT_URI_CONSTRAINT_VIOLATED ->
          PeerReason.NAME_CONSTRAINT_VIOLATED;
      case EMPTY_NAMES,
          EMPTY_DNS_NAME,
          NUL_IN_DNS_NAME,
          DNS_NAME_WITH_SPACE,
          NON_ASCII_DNS_NAME,
          LEADING_DOT,
          NUL_IN_SPIFFE_ID ->
          PeerReason.NAMES_MALFORMED;
      default -> PeerReason.POLICY_MISMATCH;
    };
  }
}
