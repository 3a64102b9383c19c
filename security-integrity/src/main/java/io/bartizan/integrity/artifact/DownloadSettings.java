package io.bartizan.integrity.artifact;

import io.bartizan.core.Ticker;
import java.net.http.HttpClient;
import java.time.Duration;

/** What a {@link Downloads} was built with. */
record DownloadSettings(
    HttpClient client,
    Duration stallTimeout,
    Duration attemptTimeout,
    int attempts,
    Ticker ticker,
    ContainedProgress listener) {}
