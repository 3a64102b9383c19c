package io.bartizan.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;

/**
 * Reads all settings where one is set: a misspelt section ({@code bartizan.limit.…}) would be read
 * by no other configuration, and nobody would hear that nothing is guarded.
 */
@AutoConfiguration
@Conditional(OnSettings.Any.class)
@EnableConfigurationProperties(BartizanProperties.class)
@Lazy(false)
final class BartizanSettingsAutoConfiguration {

  BartizanSettingsAutoConfiguration(BartizanProperties read) {}
}
