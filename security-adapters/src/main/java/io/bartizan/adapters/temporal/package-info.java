/**
 * Limits of Temporal workers and clients: rates and numbers of activities, starts of workflows.
 *
 * <p>No limiter is asked in workflow code, which must be deterministic: the interceptors stand
 * around activities on the worker and around starts in the client, and a replay asks none.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.adapters.temporal;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
