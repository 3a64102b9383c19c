/** Words that every Bartizan module shares. */
module io.bartizan.core {
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;

  exports io.bartizan.core;
}
