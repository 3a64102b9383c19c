package io.bartizan.ratelimit;

import java.util.concurrent.ConcurrentHashMap;

/** A part of the keys; a name for the map, so that there can be an array of them. */
final class Segment extends ConcurrentHashMap<String, Cell> {

  private static final long serialVersionUID = 1L;
}
