package io.bartizan.mtls.jsse;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * Hears which server name a client asks for, and refuses those that are not served.
 *
 * <p>That there is a matcher has a second effect: the provider then keeps the name with the
 * session, and begins anew where a client would resume the session of one name under another (RFC
 * 6066 section 3; in TLS 1.3 it need not). Otherwise it would be served by the identity of the
 * first name. What the application matches by itself is asked before.
 */
final class AskedName extends SNIMatcher {

  private final Predicate<String> served;
  private volatile @Nullable SNIMatcher others;

  private AskedName(Predicate<String> served) {
    super(StandardConstants.SNI_HOST_NAME);
    this.served = served;
  }

  /** For one connection; null where names make no difference. */
  static @Nullable AskedName of(@Nullable Predicate<String> served) {
    return served == null ? null : new AskedName(served);
  }

  /** The parameters of a connection, with this matcher over the one that they have. */
  SSLParameters over(SSLParameters parameters) {
    List<SNIMatcher> all = new ArrayList<>();
    Collection<SNIMatcher> given = parameters.getSNIMatchers();
    SNIMatcher before = null;
    for (SNIMatcher one : given == null ? List.<SNIMatcher>of() : given) {
      if (one == this) {
        before = others;
      } else if (one.getType() == getType()) {
        before = one;
      } else {
        all.add(one);
      }
    }
    others = before;
    all.add(this);
    parameters.setSNIMatchers(all);
    return parameters;
  }

  @Override
  public boolean matches(SNIServerName name) {
    SNIMatcher before = others;
    if (before != null && !before.matches(name)) {
      return false;
    }
    try {
      return served.test(new SNIHostName(name.getEncoded()).getAsciiName());
    } catch (IllegalArgumentException e) {
      return served.test("");
    }
  }
}
