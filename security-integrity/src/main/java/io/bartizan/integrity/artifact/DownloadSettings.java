package io.bartizan.integrity.artifact;

import io.bartizan.core.Ticker;
import io.bartizan.integrity.http.RetryRule;
import java.net.http.HttpClient;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link Downloads} was built with. */
record DownloadSettings(
    HttpClient client,
    Duration stallTimeout,
    Duration attemptTimeout,
    int attempts,
    RetryRule retry,
    OriginHeaders headers,
    Ticker ticker,
    @Nullable Set<PosixFilePermission> permissions,
    ContainedProgress listener) {}
