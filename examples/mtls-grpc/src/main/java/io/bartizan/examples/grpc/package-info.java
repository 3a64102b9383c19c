/** Mutual TLS in a framework, proven by the same bad peers as the library itself. */
package io.bartizan.examples.grpc;
