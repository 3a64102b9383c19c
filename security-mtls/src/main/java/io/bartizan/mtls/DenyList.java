package io.bartizan.mtls;

import io.bartizan.mtls.x509.NameKind;
import io.bartizan.mtls.x509.SubjectNames;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;

/** Serial numbers and public keys that are denied, whoever issued them. */
record DenyList(Set<BigInteger> serials, Set<String> pins) {

  boolean isEmpty() {
    return serials.isEmpty() && pins.isEmpty();
  }

  boolean denies(X509Certificate certificate) {
    return serials.contains(certificate.getSerialNumber()) || deniesKey(certificate);
  }

  boolean deniesKey(X509Certificate certificate) {
    return !pins.isEmpty() && pins.contains(SubjectNames.spkiPin(certificate));
  }

  /** This list and the entries of a file. */
  DenyList and(String source, String text) {
    Set<BigInteger> moreSerials = new HashSet<>(serials);
    Set<String> morePins = new HashSet<>(pins);
    int number = 0;
    Iterator<String> lines = text.lines().iterator();
    while (lines.hasNext()) {
      number++;
      String line = lines.next();
      int comment = line.indexOf('#');
      String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (entry.isEmpty()) {
        continue;
      }
      String serial = entry.toLowerCase(Locale.ROOT).replaceFirst("^serial[ \t]+", "");
      if (entry.startsWith("sha256/") && NameKind.SPKI_PIN.normalized(entry) != null) {
        morePins.add(entry);
      } else if (serial.length() < entry.length()
          && serial.replace(":", "").matches("[0-9a-f]{1,64}")) {
        moreSerials.add(new BigInteger(serial.replace(":", ""), 16));
      } else {
        throw new TlsMaterialException(
            MaterialReason.FILE_MALFORMED,
            source,
            "has neither \"serial HEX\" nor \"sha256/BASE64\" in line " + number);
      }
    }
    return new DenyList(Set.copyOf(moreSerials), Set.copyOf(morePins));
  }
}
