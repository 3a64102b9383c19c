package io.bartizan.integrity.attest.notation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Checked;
import io.bartizan.integrity.attest.oci.ImageReference;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A COSE envelope to be made, good unless a field is changed. Each part is CBOR as it is sent. */
final class CoseDraft {

  static final String SCHEME = "io.cncf.notary.signingScheme";
  static final String TIME = "io.cncf.notary.signingTime";

  final NotationDraft draft = new NotationDraft();
  final List<byte[]> header = new ArrayList<>();
  final List<byte[]> unprotected = new ArrayList<>();
  byte[] payload = bytes(NotationDraft.payload(NotationDraft.ARTIFACT).getBytes(UTF_8));
  String context = "Signature1";
  byte[] chain = chain(draft);
  UnaryOperator<byte[]> headerBytes = all -> all;
  UnaryOperator<byte[]> body = all -> all;
  UnaryOperator<byte[]> whole = all -> all;

  CoseDraft() {
    put(header, number(1), number(-7));
    put(header, number(2), array(text(SCHEME)));
    put(header, number(3), text(Envelope.PAYLOAD_TYPE));
    put(header, text(TIME), time(1_777_600_000));
    put(header, text(SCHEME), text("notary.x509"));
    put(unprotected, text("io.cncf.notary.signingAgent"), text("test/1"));
  }

  static void put(List<byte[]> map, byte[] label, byte[] value) {
    map.add(join(label, value));
  }

  /** In the place of one that is there. */
  void set(int place, byte[] label, byte[] value) {
    header.set(place, join(label, value));
  }

  static byte[] chain(NotationDraft draft) {
    return array(
        draft.chain.stream().map(each -> bytes(NotationDraft.der(each))).toArray(byte[][]::new));
  }

  byte[] make() {
    byte[] head = headerBytes.apply(map(header));
    List<byte[]> loose = new ArrayList<>(unprotected);
    if (chain.length > 0) {
      put(loose, number(33), chain);
    }
    byte[] signed = array(text(context), bytes(head), bytes(new byte[0]), payload);
    byte[] signature = draft.sign(draft.key.getPrivate(), signed);
    return whole.apply(
        join(
            head(6, 18),
            body.apply(join(head(4, 4), bytes(head), map(loose), payload, bytes(signature)))));
  }

  Checked<NotationSignature> check() {
    return check(make());
  }

  static Checked<NotationSignature> check(byte[] envelope) {
    return NotationDraft.strict()
        .check(
            envelope,
            Envelope.COSE,
            ImageReference.parse("registry.example/app"),
            NotationDraft.ARTIFACT);
  }

  // CBOR

  static byte[] head(int major, long number) {
    int first = major << 5;
    if (number < 24) {
      return new byte[] {(byte) (first | number)};
    }
    int size = number < 1 << 8 ? 0 : number < 1 << 16 ? 1 : number < 1L << 32 ? 2 : 3;
    byte[] head = new byte[1 + (1 << size)];
    head[0] = (byte) (first | (24 + size));
    for (int i = head.length - 1; i > 0; i--) {
      head[i] = (byte) number;
      number >>>= 8;
    }
    return head;
  }

  static byte[] number(long number) {
    return number < 0 ? head(1, -1 - number) : head(0, number);
  }

  static byte[] text(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    return join(head(3, utf8.length), utf8);
  }

  static byte[] bytes(byte[] bytes) {
    return join(head(2, bytes.length), bytes);
  }

  static byte[] time(long seconds) {
    return join(head(6, 1), number(seconds));
  }

  static byte[] array(byte[]... items) {
    return join(head(4, items.length), join(items));
  }

  static byte[] map(List<byte[]> members) {
    return join(head(5, members.size()), join(members.toArray(byte[][]::new)));
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] each : parts) {
      out.writeBytes(each);
    }
    return out.toByteArray();
  }
}
