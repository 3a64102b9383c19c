package io.bartizan.testkit.sigstore;

import com.google.errorprone.annotations.Immutable;

/**
 * Puts one fault into a draft.
 *
 * @param <D> the kind of draft
 */
@Immutable
@FunctionalInterface
interface Spoiler<D> {
  void spoil(D draft);
}
