package io.bartizan.spiffe;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Responses of an agent, written by protobuf from the messages of the SPIFFE Workload API. */
final class AgentMessages {

  private static final FileDescriptor FILE = file();

  private AgentMessages() {}

  private static FileDescriptor file() {
    FileDescriptorProto proto =
        FileDescriptorProto.newBuilder()
            .setName("workload.proto")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("X509SVID")
                    .addField(field("spiffe_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("x509_svid", 2, FieldDescriptorProto.Type.TYPE_BYTES))
                    .addField(field("x509_svid_key", 3, FieldDescriptorProto.Type.TYPE_BYTES))
                    .addField(field("bundle", 4, FieldDescriptorProto.Type.TYPE_BYTES))
                    .addField(field("hint", 5, FieldDescriptorProto.Type.TYPE_STRING)))
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("X509SVIDResponse")
                    .addField(
                        field("svids", 1, FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName("X509SVID")
                            .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                    .addField(
                        field("crl", 2, FieldDescriptorProto.Type.TYPE_BYTES)
                            .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                    .addField(
                        field("federated_bundles", 3, FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName("X509SVIDResponse.FederatedBundlesEntry")
                            .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                    .addNestedType(entry("FederatedBundlesEntry")))
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("X509BundlesResponse")
                    .addField(
                        field("crl", 1, FieldDescriptorProto.Type.TYPE_BYTES)
                            .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                    .addField(
                        field("bundles", 2, FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName("X509BundlesResponse.BundlesEntry")
                            .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                    .addNestedType(entry("BundlesEntry")))
            .build();
    try {
      return FileDescriptor.buildFrom(proto, new FileDescriptor[0]);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  private static DescriptorProto entry(String name) {
    return DescriptorProto.newBuilder()
        .setName(name)
        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
        .addField(field("key", 1, FieldDescriptorProto.Type.TYPE_STRING))
        .addField(field("value", 2, FieldDescriptorProto.Type.TYPE_BYTES))
        .build();
  }

  /** One SVID of a response, whose parts a test may replace. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Svid(String id, byte[] chain, byte[] key, byte[] bundle, String hint) {

    static Svid of(DevCertificate certificate, DevCa... bundle) {
      String id = certificate.certificate().getSubjectX500Principal().getName();
      id = id.substring("CN=".length(), id.indexOf(",O="));
      return new Svid(
          id, der(certificate.chain()), certificate.privateKey().getEncoded(), der(bundle), "");
    }

    Svid withId(String other) {
      return new Svid(other, chain, key, bundle, hint);
    }

    Svid withChain(byte[] other) {
      return new Svid(id, other, key, bundle, hint);
    }

    Svid withKey(byte[] other) {
      return new Svid(id, chain, other, bundle, hint);
    }

    Svid withBundle(byte[] other) {
      return new Svid(id, chain, key, other, hint);
    }

    Svid withHint(String other) {
      return new Svid(id, chain, key, bundle, other);
    }
  }

  /** An SVID's certificate; its common name is its SPIFFE ID, for {@link Svid#of}. */
  static DevCertificate svid(DevCa ca, String id) {
    return ca.leaf(id).uri(id).issue();
  }

  static byte[] svids(List<Svid> svids, Map<String, byte[]> federated, byte[]... lists) {
    Descriptor svidType = FILE.findMessageTypeByName("X509SVID");
    Descriptor type = FILE.findMessageTypeByName("X509SVIDResponse");
    DynamicMessage.Builder response = DynamicMessage.newBuilder(type);
    for (Svid svid : svids) {
      response.addRepeatedField(
          type.findFieldByName("svids"),
          DynamicMessage.newBuilder(svidType)
              .setField(svidType.findFieldByName("spiffe_id"), svid.id())
              .setField(svidType.findFieldByName("x509_svid"), ByteString.copyFrom(svid.chain()))
              .setField(svidType.findFieldByName("x509_svid_key"), ByteString.copyFrom(svid.key()))
              .setField(svidType.findFieldByName("bundle"), ByteString.copyFrom(svid.bundle()))
              .setField(svidType.findFieldByName("hint"), svid.hint())
              .build());
    }
    for (byte[] list : lists) {
      response.addRepeatedField(type.findFieldByName("crl"), ByteString.copyFrom(list));
    }
    return entries(response, type, "federated_bundles", federated).build().toByteArray();
  }

  static byte[] svids(Svid svid) {
    return svids(List.of(svid), Map.of());
  }

  static byte[] bundles(Map<String, byte[]> bundles) {
    Descriptor type = FILE.findMessageTypeByName("X509BundlesResponse");
    return entries(DynamicMessage.newBuilder(type), type, "bundles", bundles).build().toByteArray();
  }

  private static DynamicMessage.Builder entries(
      DynamicMessage.Builder response, Descriptor type, String field, Map<String, byte[]> all) {
    Descriptor entry = type.findFieldByName(field).getMessageType();
    new LinkedHashMap<>(all)
        .forEach(
            (key, value) ->
                response.addRepeatedField(
                    type.findFieldByName(field),
                    DynamicMessage.newBuilder(entry)
                        .setField(entry.findFieldByName("key"), key)
                        .setField(entry.findFieldByName("value"), ByteString.copyFrom(value))
                        .build()));
    return response;
  }

  static byte[] der(DevCa... authorities) {
    return der(java.util.Arrays.stream(authorities).map(DevCa::certificate).toList());
  }

  static byte[] der(List<X509Certificate> certificates) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (X509Certificate certificate : certificates) {
      try {
        out.writeBytes(certificate.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException(e);
      }
    }
    return out.toByteArray();
  }
}
