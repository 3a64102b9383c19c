package io.bartizan.integrity.x509;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What an authority says in a timestamp: TSTInfo (RFC 3161 section 2.4.2). */
record TimestampInfo(Digest imprint, Instant time, Duration accuracy) {

  private static final Map<String, DigestAlgorithm> HASHES =
      Map.of(
          "2.16.840.1.101.3.4.2.1", DigestAlgorithm.SHA_256,
          "2.16.840.1.101.3.4.2.2", DigestAlgorithm.SHA_384,
          "2.16.840.1.101.3.4.2.3", DigestAlgorithm.SHA_512);

  private static final int IMPLICIT_0 = 0x80;
  private static final int IMPLICIT_1 = 0x81;
  private static final int CONSTRUCTED_0 = 0xa0;
  private static final int CONSTRUCTED_1 = 0xa1;

  static TimestampInfo parse(byte[] info) throws DerException {
    Der reader = Der.whole(info, Der.SEQUENCE);
    if (reader.small(1) != 1) {
      throw new DerException("the timestamp is not of version 1");
    }
    String policy = reader.oid();
    Der hashed = reader.enter(Der.SEQUENCE);
    DigestAlgorithm algorithm = hash(hashed.enter(Der.SEQUENCE).oid());
    byte[] value = hashed.content(Der.OCTET_STRING);
    hashed.finish();
    if (value.length != algorithm.length() || policy.isEmpty()) {
      throw new DerException("the imprint has not the length of its hash");
    }
    BigInteger number = reader.integer();
    Instant time = reader.time();
    Duration accuracy = Duration.ZERO;
    if (reader.isNext(Der.SEQUENCE)) {
      accuracy = accuracy(reader.enter(Der.SEQUENCE));
    }
    if (reader.isNext(Der.BOOLEAN) && !reader.isTrue()) {
      throw new DerException("a default is written, in timestamp " + number.bitLength());
    }
    if (reader.isNext(Der.INTEGER)) {
      reader.skip(Der.INTEGER);
    }
    if (reader.isNext(CONSTRUCTED_0)) {
      reader.skip(CONSTRUCTED_0);
    }
    if (reader.isNext(CONSTRUCTED_1)) {
      reader.skip(CONSTRUCTED_1);
    }
    reader.finish();
    return new TimestampInfo(Digest.ofValue(algorithm, value), time, accuracy);
  }

  private static Duration accuracy(Der fields) throws DerException {
    Duration all = Duration.ZERO;
    if (fields.isNext(Der.INTEGER)) {
      all = Duration.ofSeconds(fields.small(Integer.MAX_VALUE));
    }
    if (fields.isNext(IMPLICIT_0)) {
      all = all.plusMillis(thousandths(fields.content(IMPLICIT_0)));
    }
    if (fields.isNext(IMPLICIT_1)) {
      all = all.plusNanos(1000L * thousandths(fields.content(IMPLICIT_1)));
    }
    fields.finish();
    return all;
  }

  private static int thousandths(byte[] content) throws DerException {
    int value = Der.of(Der.encode(Der.INTEGER, List.of(content))).small(999);
    if (value == 0) {
      throw new DerException("a part of the accuracy is zero");
    }
    return value;
  }

  static DigestAlgorithm hash(String oid) throws DerException {
    DigestAlgorithm hash = HASHES.get(oid);
    if (hash == null) {
      throw new DerException("the hash is " + oid + ", no SHA-2");
    }
    return hash;
  }
}
