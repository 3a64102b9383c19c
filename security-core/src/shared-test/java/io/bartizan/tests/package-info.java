/**
 * Tests and test support that every library module compiles into its own tests; never published.
 */
package io.bartizan.tests;
