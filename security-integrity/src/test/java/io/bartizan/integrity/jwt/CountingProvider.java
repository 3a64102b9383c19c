package io.bartizan.integrity.jwt;

import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.MacSpi;

/** The JDK's own algorithms, and how often they verified something. */
final class CountingProvider extends Provider {

  private static final long serialVersionUID = 1L;

  private final transient AtomicInteger verified = new AtomicInteger();

  CountingProvider() {
    super("Counting", "1", "counts");
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      putService(new Counted(this, algorithm.isSymmetric() ? "Mac" : "Signature", algorithm.jca));
    }
  }

  /** How many signatures and tags were computed since this was asked last. */
  int count() {
    return verified.getAndSet(0);
  }

  private static final class Counted extends Service {
    private final CountingProvider provider;

    Counted(CountingProvider provider, String type, String name) {
      super(provider, type, name, CountingProvider.class.getName(), null, null);
      this.provider = provider;
    }

    @Override
    public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
      return getType().equals("Mac")
          ? new CountedMac(Mac.getInstance(getAlgorithm()), provider.verified)
          : new CountedSignature(Signature.getInstance(getAlgorithm()), provider.verified);
    }
  }

  private static final class CountedSignature extends SignatureSpi {
    private final Signature real;
    private final AtomicInteger verified;

    CountedSignature(Signature real, AtomicInteger verified) {
      this.real = real;
      this.verified = verified;
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      real.initVerify(key);
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
      real.initSign(key);
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
      real.update(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
      real.update(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      return real.sign();
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      verified.incrementAndGet();
      return real.verify(signature);
    }

    @Override
    protected void engineSetParameter(AlgorithmParameterSpec parameters) {
      try {
        real.setParameter(parameters);
      } catch (java.security.InvalidAlgorithmParameterException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException(name);
    }
  }

  private static final class CountedMac extends MacSpi {
    private final Mac real;
    private final AtomicInteger verified;

    CountedMac(Mac real, AtomicInteger verified) {
      this.real = real;
      this.verified = verified;
    }

    @Override
    protected int engineGetMacLength() {
      return real.getMacLength();
    }

    @Override
    protected void engineInit(Key key, AlgorithmParameterSpec parameters)
        throws InvalidKeyException {
      real.init(key);
    }

    @Override
    protected void engineUpdate(byte input) {
      real.update(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      real.update(input, offset, length);
    }

    @Override
    protected byte[] engineDoFinal() {
      verified.incrementAndGet();
      return real.doFinal();
    }

    @Override
    protected void engineReset() {
      real.reset();
    }
  }
}
