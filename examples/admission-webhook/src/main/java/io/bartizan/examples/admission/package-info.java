/** A Kubernetes validating admission webhook that lets only signed images run. */
@NullMarked
package io.bartizan.examples.admission;

import org.jspecify.annotations.NullMarked;
