/** Any Bucket4j grid (Hazelcast, Infinispan, JDBC and others) behind the library's interface. */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.bucket4j;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
