package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import io.bartizan.core.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when key, chain, trust anchors or revocation data cannot be used. The refusal's detail is
 * one sentence that names the source and what is wrong with it, never a secret.
 */
public final class TlsMaterialException extends RuntimeException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;
  private final transient Fault fault;

  /** What stays the same when the same material is loaded again. */
  private record Fault(MaterialReason reason, String source, String what) {}

  TlsMaterialException(MaterialReason reason, String source, String what) {
    this(reason, source, what, "");
  }

  /** {@code changing} ends the detail and differs between two loads of the same material. */
  TlsMaterialException(MaterialReason reason, String source, String what, String changing) {
    this(new Fault(reason, SafeText.of(source), SafeText.of(what, 400)), changing);
  }

  private TlsMaterialException(Fault fault, String changing) {
    this(Refusal.of(fault.reason, fault.source + " " + fault.what + changing), fault);
  }

  private TlsMaterialException(Refusal refusal, Fault fault) {
    super(refusal.message());
    this.refusal = refusal;
    this.fault = fault;
  }

  /** Its reason is a {@link MaterialReason}. */
  @Override
  public Refusal refusal() {
    return refusal;
  }

  /** Whether another load failed for the same: in reason, source and fault, whenever it was. */
  boolean isLike(@Nullable TlsMaterialException other) {
    return other != null && fault.equals(other.fault);
  }
}
