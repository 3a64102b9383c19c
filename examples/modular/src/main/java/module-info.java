/** An application that is a module itself and sees of Bartizan what is exported, no more. */
module io.bartizan.examples.modular {
  requires io.bartizan.integrity;
  requires io.bartizan.mtls;
  requires io.bartizan.ratelimit;
}
