package io.bartizan.adapters.temporal;

import io.bartizan.ratelimit.Key;
import io.temporal.activity.ActivityInfo;
import java.util.Objects;
import java.util.function.Function;

/**
 * By what a limit counts activities: their type, namespace or task queue, or what a function reads
 * of them.
 *
 * <pre>{@code
 * ActivityKey each = ActivityKey.namespace().and(ActivityKey.type());
 * ActivityKey workflow = ActivityKey.of("workflow", ActivityInfo::getWorkflowType);
 * }</pre>
 *
 * <p>Workers that share a limit on Redis count together what has one key, in whatever namespace it
 * runs, unless the namespace is part of the key. Immutable, thread-safe.
 */
public final class ActivityKey {

  private final String description;
  private final Function<ActivityInfo, String> reader;

  private ActivityKey(String description, Function<ActivityInfo, String> reader) {
    this.description = description;
    this.reader = reader;
  }

  /**
   * A part of the key by a name and a value.
   *
   * @param name what the value is, such as {@code workflow}
   * @param value reads it; must not give null, and runs before each attempt
   * @return a key
   * @throws NullPointerException if an argument is null
   */
  public static ActivityKey of(String name, Function<ActivityInfo, String> value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    return new ActivityKey(name, info -> Key.of(name, value.apply(info)));
  }

  /**
   * The activity's type, such as {@code ChargeCard}.
   *
   * @return a key
   */
  public static ActivityKey type() {
    return of("activity", ActivityInfo::getActivityType);
  }

  /**
   * The namespace in which the activity runs.
   *
   * @return a key
   */
  public static ActivityKey namespace() {
    return of("namespace", ActivityInfo::getNamespace);
  }

  /**
   * The task queue from which the worker took the activity.
   *
   * @return a key
   */
  public static ActivityKey taskQueue() {
    return of("queue", ActivityInfo::getActivityTaskQueue);
  }

  /**
   * This key and another one together.
   *
   * @param other the other part
   * @return a key that differs where either does
   * @throws NullPointerException if {@code other} is null
   */
  public ActivityKey and(ActivityKey other) {
    Objects.requireNonNull(other, "other");
    return new ActivityKey(
        description + " and " + other.description, info -> key(info) + "&" + other.key(info));
  }

  /** The key of an activity, for a limiter. */
  String key(ActivityInfo info) {
    return reader.apply(info);
  }

  /** What is counted by. */
  @Override
  public String toString() {
    return "ActivityKey[" + description + "]";
  }
}
