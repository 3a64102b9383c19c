/** Holds the manifests of this folder to their schemas and to the page that describes them. */
@NullMarked
package io.bartizan.examples.deploy;

import org.jspecify.annotations.NullMarked;
