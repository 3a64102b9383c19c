/** The command line {@code bartizan-verify}. */
@NullMarked
package io.bartizan.examples.verify;

import org.jspecify.annotations.NullMarked;
